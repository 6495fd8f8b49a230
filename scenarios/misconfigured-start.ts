// Claim: a server that starts with a missing secret or a foreign origin refuses with 403 for ever; one of the two leaves an event.
import { scenario, type Result, type User } from 'firedrill';

const SECRET = 'of-this-drill-alone';
const SITE = 'https://chat.example';

/** The first client is the probe that has everything right: the server is up, and its health check is green. */
const isProbe = (index: number): boolean => index === 0;

async function ping(user: User): Promise<void> {
  const lobby = await user.join('lobby');
  await user.every('250ms', () => lobby.push('ping'));
}

function told(run: Result): string {
  const event = run.text('server_events{event:phoenix.socket_connected}', 'count');
  return (
    `${run.text('clients_joined', 'count')} of the clients get in, all others are refused ` +
    `${run.text('errors', 'count')} times in all, and telemetry has ${event} events of it`
  );
}

export default scenario({
  about:
    'A start with the wrong configuration: the server runs, its health check is green, and nobody gets in',
  claim: ['A17'],
  load: { clients: 200, ramp: '2s', hold: '18s' },
  small: { clients: 30, duration: '3s', ramp: '300ms' },
  client: ping,
  variants: {
    no_secret: {
      about: 'the server wants a token that the clients were not given',
      server: { nodes: 1, token: SECRET },
      connect: { params: (index): Record<string, string> => (isProbe(index) ? { token: SECRET } : {}) },
      thresholds: {
        clients_joined: ['rate<0.1', 'count==1'],
        errors: ['count>50'],
        // connect/3 was asked, and said no (phoenix-semantics 7.1).
        'server_events{event:phoenix.socket_connected}': ['count>50'],
      },
    },
    foreign_origin: {
      about: `the server was told of ${SITE} only, the page is served from www`,
      server: { nodes: 1, checkOrigin: [SITE] },
      connect: { headers: (index) => ({ origin: isProbe(index) ? SITE : 'https://www.chat.example' }) },
      thresholds: {
        clients_joined: ['rate<0.1', 'count==1'],
        errors: ['count>50'],
        // The origin is looked at before: connect/3 is never asked, and nothing is emitted.
        'server_events{event:phoenix.socket_connected}': ['count==1'],
      },
    },
    mended: {
      about: 'both are right',
      server: { nodes: 1, token: SECRET, checkOrigin: [SITE] },
      connect: { params: { token: SECRET }, headers: { origin: SITE } },
      thresholds: { clients_joined: ['rate==1'], errors: ['count==0'] },
    },
  },
  finding: ({ no_secret, foreign_origin, mended }) =>
    `without the secret ${told(no_secret)}; with a foreign origin ${told(foreign_origin)}; ` +
    `mended, ${mended.text('clients_joined', 'rate')} of them join`,
});
