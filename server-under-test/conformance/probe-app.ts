/**
 * What `firedrill conform` starts the bundled server with: the drill contract, and `probe:*` with its reports beside it
 * (harness/conformance/CONTRACT.md).
 */
import { application, channel, deny, drill, ok } from '../app/api.ts';
import { probeChannel } from './probe-channel.ts';
import { TelemetryLog } from './telemetry-log.ts';

export default application({
  connect(params, info) {
    if (params['refuse'] === 'error') return deny();
    if (params['refuse'] === 'reason') return deny('refused');
    return drill.connect(params, info);
  },

  id: drill.id,
  workers: drill.workers,

  channels: [
    ...drill.channels,
    probeChannel,
    channel('report:*', {
      join(topic, _payload, socket) {
        if (topic !== 'report:telemetry') return ok();
        return ok(TelemetryLog.of(socket.process.context.telemetry).take());
      },
    }),
  ],
});
