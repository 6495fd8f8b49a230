/** Cases 1 to 5: the HTTP half of a connection (phoenix-semantics 1.1, 2.2). */
import type { ConformanceCase } from './case.ts';
import { upgradeWith } from './plain-http.ts';
import { withoutToken } from './raw-client.ts';
import { sameValue } from './same-value.ts';
import { takeTelemetry } from './telemetry-report.ts';
import type { Trial } from './trial.ts';

async function expectStatus(trial: Trial, expected: number, query: string, request = {}): Promise<void> {
  const got = await trial.status(query, request);
  trial.check(
    got === expected,
    `HTTP ${expected} for ${withoutToken(`?${query}`)} ${JSON.stringify(request)}`,
    `HTTP ${got}`,
  );
}

/** Runs `action`; the observer must have counted `times` of the event meanwhile. */
export async function expectCounted(
  trial: Trial,
  event: string,
  times: number,
  action: () => Promise<void>,
): Promise<void> {
  if (trial.target.control === null) {
    trial.note(`telemetry ${event}: not looked at, there is no control port`);
    return action();
  }
  const before = await trial.counted(event);
  await action();
  const got = (await trial.counted(event)) - before;
  trial.check(got === times, `${event} emitted ${times} times`, `${got} times`);
}

/** What the probe's connect/3 returns :error and {:error, x} for. */
const REFUSALS = [{ refuse: 'error' }, { refuse: 'reason' }];

export const OPENING: readonly ConformanceCase[] = [
  {
    number: 1,
    title: 'no vsn speaks V1',
    spec: '1.1, 1.5',
    async run(trial) {
      const peer = await trial.openWith(trial.query({}, null), 1);
      await peer.expectQuiet();
    },
  },
  {
    number: 2,
    title: 'vsn chooses the serializer or refuses',
    spec: '1.1',
    async run(trial) {
      const params = trial.query({}, null);
      const query = (vsn: string): string => (params === '' ? vsn : `${params}&${vsn}`);
      await expectStatus(trial, 101, query('vsn=2.0.9'));
      for (const vsn of ['vsn=2.1.0', 'vsn=abc', 'vsn=9.0.0', 'vsn[]=2']) {
        await expectStatus(trial, 403, query(vsn));
      }
    },
  },
  {
    number: 3,
    title: 'connect returns :error or {:error, x}',
    spec: '1.1, 2.2, 7.1',
    needs: { refusals: true, alone: true, wants: { secret: 'conformance' } },
    async run(trial) {
      const wrong = trial.target.settings.secret === undefined ? [] : [{ token: 'wrong' }];
      const probe = trial.hasProbe('{:error, x}, and result :error in the metadata');
      const refused = [...wrong, ...(probe ? REFUSALS : [])];
      const listener = probe && trial.isAlone('result :error in the metadata') ? await trial.open() : null;
      if (listener !== null) await takeTelemetry(listener, 'socket_connected');
      await expectCounted(trial, 'phoenix.socket_connected', refused.length, async () => {
        for (const params of refused) await expectStatus(trial, 403, trial.query(params));
      });
      if (listener === null) return;
      const wanted = refused.map(() => ({ result: 'error' }));
      const got = await takeTelemetry(listener, 'socket_connected');
      trial.check(sameValue(wanted, got), wanted, got);
    },
  },
  {
    number: 4,
    title: 'a foreign Origin is refused, none is not',
    spec: '1.1',
    async run(trial) {
      const origin = trial.target.settings['check-origin'];
      await expectStatus(trial, 101, trial.query());
      if (origin === 'false') return trial.note('foreign Origin: not looked at, check-origin is false');
      const headers = upgradeWith('Origin: https://elsewhere.example');
      await expectStatus(trial, 403, trial.query(), { headers });
    },
  },
  {
    number: 5,
    title: 'POST, and GET without upgrade headers',
    spec: '1.1',
    async run(trial) {
      await expectStatus(trial, 400, trial.query(), {
        method: 'POST',
        headers: upgradeWith('Content-Length: 0'),
      });
      await expectStatus(trial, 400, trial.query(), { headers: 'Connection: close\r\n' });
    },
  },
];
