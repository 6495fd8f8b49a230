// A user looks at a server: a screen on a terminal, one snapshot for a pipe.
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { after, before, suite, test } from 'node:test';
import { realClock } from '../../harness/base/clock.ts';
import { cleanUp, descendantsOf, firedrill, GUARD, run } from './program.ts';

const LAUNCHER = fileURLToPath(new URL('../../bin/firedrill.js', import.meta.url));
/** Nothing a terminal shows takes anywhere near this long. */
const DEADLINE_US = 20e6;
/** Of util-linux: runs a command on a pseudo terminal of its own. */
const PTY = 'script';
const TOKEN = 's3cr3t-t0ken';

suite('a snapshot of the bundled server', GUARD, () => {
  let control: string;

  before(async () => {
    const server = firedrill('serve', '--port', '0', '--control-port', '0', '--nodes', '2');
    control = (JSON.parse(await server.line(/"ready":true/)) as { control: string }).control;
  });
  after(cleanUp);

  test('is key=value lines where there is no terminal, and with --once', async () => {
    for (const flags of [[], ['--once']]) {
      const { code, stdout, stderr } = await run('observe', control, '--token', TOKEN, ...flags);
      assert.deepEqual([code, stderr], [0, '']);
      for (const line of stdout.trimEnd().split('\n')) assert.match(line, /^[a-z0-9_]+=./);
      assert.match(stdout, /^nodes=2$/m);
      assert.match(stdout, /^node_2_name=node1$/m);
      assert.match(stdout, /^connections=0$/m);
      assert.match(stdout, /^mailbox_oldest_wait_ms=\d/m);
      assert.doesNotMatch(stdout, new RegExp(TOKEN));
    }
  });

  test('is one JSON document with --json', async () => {
    const { code, stdout, stderr } = await run('observe', control, '--json');
    assert.deepEqual([code, stderr], [0, '']);
    const document = JSON.parse(stdout) as {
      schema: number;
      url: string;
      server: { nodes: { name: string; alive: boolean; rssBytes: number }[] };
      processes: { rows: unknown[] };
    };
    assert.deepEqual([document.schema, document.url], [1, control]);
    assert.deepEqual(
      document.server.nodes.map(({ name, alive }) => [name, alive]),
      [
        ['node0', true],
        ['node1', true],
      ],
    );
    assert.ok((document.server.nodes[0]?.rssBytes ?? 0) > 1e6);
    assert.ok(Array.isArray(document.processes.rows));
  });

  test('goes down to one process, by the pid its list has', async () => {
    const list = JSON.parse((await run('observe', control, '--json')).stdout) as {
      processes: { total: number; rows: { pid: string; kind: string }[] };
    };
    const [first] = list.processes.rows;
    assert.ok(first);
    assert.ok(list.processes.total >= list.processes.rows.length);
    const { code, stdout } = await run('observe', control, '--process', first.pid);
    assert.equal(code, 0);
    assert.ok(stdout.includes(`\npid=${first.pid}\nkind=${first.kind}\n`), stdout);
    assert.match(stdout, /^trap_exit=(true|false)$/m);
    assert.match(stdout, /^callbacks_count=\d+$/m);
    assert.match(stdout, /^state_value=./m);
  });

  test('of a process that does not run says so', async () => {
    const { code, stdout, stderr } = await run('observe', control, '--process', '0.99999999');
    assert.deepEqual([code, stdout], [104, '']);
    assert.match(stderr, /^no-such-process {2}--process\n {2}got +<0\.99999999>/);
  });
});

suite('what cannot be observed', GUARD, () => {
  after(cleanUp);

  test('a control port where nobody listens is told with a hint: 114', async () => {
    const server = await fakePort();
    const url = urlOf(server);
    await closed(server);
    for (const flags of [[], ['--json']]) {
      const { code, stdout, stderr } = await run('observe', url, '--token', TOKEN, ...flags);
      assert.deepEqual([code, stdout], [114, '']);
      assert.match(stderr, /^target-unreachable {2}http:/);
      assert.match(stderr, /ECONNREFUSED/);
      assert.match(stderr, /hint +nobody listens there: firedrill serve/);
      assert.doesNotMatch(stderr, new RegExp(`^\\s+at |${TOKEN}`, 'm'));
    }
  });

  test('wrong flags are told all at once, a token never', async () => {
    const flags = ['--intervl', '1s', '--interval', '1ms', '--process', 'x', '--token', `${TOKEN} \u00e9`];
    const { code, stdout, stderr } = await run('observe', 'http://127.0.0.1:1', ...flags);
    assert.deepEqual([code, stdout], [104, '']);
    assert.match(stderr, /did you mean --interval\?/);
    for (const path of ['--intervl', '--interval', '--process', '--token']) {
      assert.match(stderr, new RegExp(`^\\S+ {2}${path}$`, 'm'));
    }
    assert.doesNotMatch(stderr, new RegExp(TOKEN));
  });

  test('a host that is neither loopback nor allowed is refused, with the flag that allows it', async () => {
    const { code, stderr } = await run('observe', 'http://chat.example.com:4001');
    assert.equal(code, 104);
    assert.match(stderr, /hint +--allow-target chat\.example\.com/);
  });
});

const noScript = missing(PTY) ?? missing('stty');

suite('the screen on a terminal', { ...GUARD, skip: noScript ?? false }, () => {
  const terminals: Terminal[] = [];
  const servers: Server[] = [];
  const open = (url: string): Terminal => {
    const terminal = new Terminal(url);
    terminals.push(terminal);
    return terminal;
  };

  after(async () => {
    for (const terminal of terminals) terminal.kill();
    for (const server of servers) await closed(server);
  });

  test('opens, follows the keys, leaves, and gives the terminal back', async () => {
    const server = await fakePort();
    servers.push(server);
    const terminal = open(urlOf(server));
    await terminal.shows(/› <0\.1> +channel +room:1/);
    await terminal.press('j', /› <0\.2>/);
    await terminal.press('\r', /<0\.2> {2}channel {2}room:2[^]*doing +handle_in ping/);
    await terminal.press('\u001b', /› <0\.2>/);
    await terminal.press('s', /by oldest wait/);
    await terminal.press('/', /filter ▏/);
    await terminal.press('room:3\r', /filter room:3\n[^]*› <0\.3>/);
    await terminal.press('\u001b', /› <0\.1>/);
    await terminal.press('\u001b[B', /› <0\.2>/);
    for (const [key, text] of [
      ['t', /presence +100,000/],
      ['e', /channel_joined/],
      ['v', /Drill\.Supervisor/],
      ['h', /select a process/],
    ] as const) {
      await terminal.press(key, text);
    }
    await terminal.press('h', /› <0\.2>/);
    await terminal.press('p', /paused/);
    terminal.type('q');
    await terminal.restored(0);
  });

  test('gives the terminal back on SIGTERM: 105', async () => {
    const server = await fakePort();
    servers.push(server);
    const terminal = open(urlOf(server));
    await terminal.shows(/› <0\.1>/);
    // The shell's own command line holds ours as well.
    const observer = descendantsOf(terminal.pid).find(({ command }) => command.startsWith(process.execPath));
    process.kill(observer?.pid ?? assert.fail('no observer runs'), 'SIGTERM');
    await terminal.restored(105);
  });

  test('marks the figures of a server that goes away as old, and goes on when it is back', async () => {
    const server = await fakePort();
    const url = urlOf(server);
    const terminal = open(url);
    await terminal.shows(/› <0\.1>/);
    await closed(server);
    await terminal.shows(/✕ no answer: ECONN\w+ {3}figures of [\d.]+ m?s ago[^]*› <0\.1>/);
    servers.push(await fakePort(Number(new URL(url).port)));
    await terminal.showsNoMore(/no answer/);
    terminal.type('\u0003');
    await terminal.restored(0);
  });
});

/** The reason to skip, printed with the test; under FIREDRILL_REQUIRE_ALL nothing is skipped. */
function missing(program: string): string | undefined {
  if ((process.env['FIREDRILL_REQUIRE_ALL'] ?? '') !== '') return undefined;
  try {
    execFileSync('sh', ['-c', `command -v ${program}`]);
    return undefined;
  } catch {
    return `${program} of util-linux or coreutils is missing: no pseudo terminal to try`;
  }
}

/** The program on a pseudo terminal of 100 x 30, between two looks at the terminal's settings. */
class Terminal {
  readonly #child: ChildProcess;
  #text = '';
  #told = Promise.withResolvers<void>();
  #ended = false;

  constructor(url: string) {
    const observe = `'${process.execPath}' '${LAUNCHER}' observe ${url} --interval 200ms`;
    const command = `stty cols 100 rows 30; echo before=$(stty -g); ${observe}; echo code=$?; echo after=$(stty -g)`;
    this.#child = spawn(PTY, ['-qec', command, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, NO_COLOR: '1', TERM: 'xterm', SHELL: '/bin/sh' },
    });
    const tell = (): void => {
      this.#told.resolve();
      this.#told = Promise.withResolvers();
    };
    this.#child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      this.#text += part;
      tell();
    });
    this.#child.once('close', () => {
      this.#ended = true;
      tell();
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** Presses, and waits for a screen that was drawn after. */
  async press(keys: string, pattern: RegExp): Promise<void> {
    this.type(keys);
    await this.shows(pattern);
  }

  async shows(pattern: RegExp): Promise<void> {
    await this.#until(() => pattern.test(this.#screen()), `showed ${pattern}`);
  }

  async showsNoMore(pattern: RegExp): Promise<void> {
    await this.#until(() => !pattern.test(this.#screen()), `stopped showing ${pattern}`);
  }

  /** Waits for the end: the alternate screen left, the cursor shown, the settings as before, that exit code. */
  async restored(code: number): Promise<void> {
    await this.#until(() => this.#ended, 'ended');
    const [before, settings] = ['before', 'after'].map(
      (name) => new RegExp(`${name}=(\\S+)`).exec(this.#text)?.[1],
    );
    assert.ok(before);
    assert.equal(settings, before);
    assert.match(this.#text, new RegExp(`code=${code}\\r?\\n`));
    for (const mode of ['?1049', '?25', '?7'] as const) {
      const last = Math.max(
        this.#text.lastIndexOf(`\u001b[${mode}h`),
        this.#text.lastIndexOf(`\u001b[${mode}l`),
      );
      assert.equal(
        this.#text.slice(last + mode.length + 2, last + mode.length + 3),
        mode === '?1049' ? 'l' : 'h',
      );
    }
    assert.ok(this.#text.lastIndexOf('\u001b[?1049l') < this.#text.lastIndexOf('code='));
  }

  /** A terminal that hangs up ends what runs on it. */
  kill(): void {
    if (!this.#ended) this.#child.kill('SIGKILL');
  }

  /** The last whole screen that was drawn. */
  #screen(): string {
    const frames = this.#text.split('\u001b[H').slice(1);
    const whole = frames.findLast((frame) => frame.includes('\u001b[J')) ?? '';
    return whole.replaceAll(/\u001b\[[KJ]|\r/g, '');
  }

  async #until(holds: () => boolean, what: string): Promise<void> {
    let late = false;
    const alarm = realClock.at(realClock.nowUs() + DEADLINE_US, () => {
      late = true;
      this.#told.resolve();
    });
    while (!holds()) {
      const end = JSON.stringify(this.#text.slice(-3_000));
      assert.ok(!this.#ended && !late, `${late ? 'no sign that' : 'ended before'} it ${what}: ${end}`);
      await this.#told.promise;
    }
    alarm.cancel();
  }
}

/** A control port that tells of five processes on one node. */
async function fakePort(port = 0): Promise<Server> {
  const processes = [1, 2, 3, 4, 5].map((id) => ({
    pid: `<0.${id}>`,
    kind: 'channel',
    topic: `room:${id}`,
    state: 'running',
    len: 10 - id,
    high_water: 20,
    oldest_wait_ms: 10 - id,
  }));
  const node = { name: 'node0', alive: true, cpu_ms: 5, run_queue: 1, loop_lag_ms: 1, memory: { rss: 5e7 } };
  const bodies = new Map<string, unknown>([
    [
      '/observer',
      {
        at: 1_000,
        nodes: [node],
        connections: 5,
        mailbox: { sum: 35, max: 9, oldest_wait_ms: 9 },
        tables: [{ name: 'presence', rows: 100_000, bytes: 24e6 }],
        telemetry: { channel_joined: 5 },
        supervisors: { name: 'Drill.Supervisor', children: [] },
      },
    ],
    ['/observer/processes', { total: 5, processes }],
    ...processes.map(
      (process) =>
        [
          `/observer/processes/${process.pid.slice(1, -1)}`,
          { ...process, current: { what: 'handle_in ping', for_ms: 3 }, value: { topic: process.topic } },
        ] as const,
    ),
  ]);
  const server = createServer((request, response) => {
    const body = bodies.get((request.url ?? '').split('?', 1)[0] ?? '');
    response.writeHead(body === undefined ? 404 : 200).end(JSON.stringify(body ?? {}));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
