/** The first look at a target: whether it is there, speaks Channels, and mounts the probe. */
import type { Clock } from '../base/clock.ts';
import { EXIT, FiredrillError, messageOf } from '../base/errors.ts';
import { errorReply, okReply } from './peer.ts';
import { sameValue } from './same-value.ts';
import type { ConformanceTarget } from './target.ts';
import { Trial } from './trial.ts';

/** The target with what was found out; `FiredrillError` 114 when no room can be joined there. */
export async function lookAt(target: ConformanceTarget, clock: Clock): Promise<ConformanceTarget> {
  const trial = new Trial(clock, target, `look-${Math.floor(clock.nowUs()).toString(36)}`);
  try {
    const peer = await trial.joined(trial.topic('room'));
    const topic = trial.topic('probe');
    peer.send(['2', '2', topic, 'phx_join', {}]);
    const answer = await peer.take();
    const probe = sameValue(okReply('2', '2', topic), answer);
    const unmatched = errorReply(null, '2', topic, 'unmatched topic');
    trial.check(probe || sameValue(unmatched, answer), okReply('2', '2', topic), answer);
    return { ...target, probe };
  } catch (error) {
    const got = messageOf(error);
    const isDistrusted = target.at.secure && /certificate|altnames/i.test(got);
    throw new FiredrillError(
      EXIT.unreachable,
      [
        {
          code: 'target-unreachable',
          path: target.at.display,
          got: [got, ...trial.exchange.lines()].join('\n          '),
          wanted: 'a server whose room:* can be joined (harness/conformance/CONTRACT.md)',
          hint: isDistrusted
            ? '--ca cert.pem, the certificate itself or that of its authority'
            : 'firedrill conform without a URL starts the bundled server',
        },
      ],
      { cause: error },
    );
  } finally {
    trial.close();
  }
}
