import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { WebSocket } from 'ws';

// The package as a stranger gets it: packed here, unpacked in a project that knows nothing of this clone.

const clone = fileURLToPath(new URL('..', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'firedrill-pack-'));
const installed = join(project, 'node_modules/firedrill');
const manifest = JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8')) as {
  version: string;
  dependencies: Record<string, string>;
};

function run(
  command: string,
  args: string[],
  cwd = project,
): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(command, args, { cwd, encoding: 'utf8' });
}

const firedrill = (...args: string[]): ReturnType<typeof run> =>
  run(process.execPath, [join(installed, 'bin/firedrill.js'), ...args]);

/** Compiles a file of the project as its author would. */
function check(name: string, source: string, types: string): ReturnType<typeof run> {
  writeFileSync(join(project, name), source);
  const flags = [
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2024',
    '--types',
    types,
    name,
  ];
  return run(process.execPath, [join(clone, 'node_modules/typescript/bin/tsc'), ...flags]);
}

const APP = `import { application, channel, ok, reply, type Socket } from 'firedrill/server';
  const welcome = (socket: Socket): object => ({ by: socket.assigns['by'] });
  export default application({
    channels: [channel('a:*', {
      assigns: { by: 'project' },
      join: (_topic, _payload, socket) => ok(welcome(socket)),
      handleIn: { ping: (payload) => reply('ok', payload) },
    })],
  });`;

before(() => {
  const packed = run('npm', ['pack', '--silent', '--pack-destination', project], clone);
  assert.equal(packed.status, 0, packed.stderr);
  const tarball = readdirSync(project).find((name) => name.endsWith('.tgz')) ?? '';
  assert.equal(run('tar', ['-xzf', tarball]).status, 0);
  mkdirSync(join(project, 'node_modules'));
  renameSync(join(project, 'package'), installed);
  // Nothing is fetched: what npm would install beside it is what lies in this clone.
  for (const name of Object.keys(manifest.dependencies)) {
    symlinkSync(join(clone, 'node_modules', name), join(project, 'node_modules', name));
  }
  // What a project in TypeScript has for Node's own types.
  symlinkSync(join(clone, 'node_modules/@types'), join(project, 'node_modules/@types'));
});
after(() => rmSync(project, { recursive: true, force: true }));

test('holds the program, its scenarios and its licence, and nothing of our workshop', () => {
  const names = readdirSync(installed, { recursive: true, encoding: 'utf8' });
  for (const wanted of [
    'LICENSE',
    'bin/firedrill.js',
    'dist/harness/cli/main.js',
    'dist/server-under-test/main.js',
  ]) {
    assert.ok(names.includes(wanted), `${wanted} is missing`);
  }
  assert.ok(names.some((name) => /^scenarios\/.*\.ts$/.test(name)));
  const strays = names.filter((name) =>
    /\.test\.|^(harness|server-under-test|reports|test|bench|node_modules)(\/|$)/.test(name),
  );
  assert.deepEqual(strays, []);
});

test('loads every scenario it brings along, from below node_modules', () => {
  const load = pathToFileURL(join(installed, 'dist/harness/scenario/load.js')).href;
  for (const name of readdirSync(join(installed, 'scenarios')).filter((file) => file.endsWith('.ts'))) {
    const file = join(installed, 'scenarios', name);
    const program = `const { loadScenario } = await import('${load}'); console.log((await loadScenario(${JSON.stringify(file)})).name);`;
    const loaded = run(process.execPath, ['--input-type=module', '-e', program]);
    assert.equal(loaded.stdout, `${name.replace('.ts', '')}\n`, loaded.stderr);
  }
});

test('brings types that hold a scenario to its word', () => {
  const compile = (name: string, clients: string): ReturnType<typeof run> => {
    const source = `import { scenario } from 'firedrill';
      export default scenario({ about: 'x', load: { clients: ${clients}, ramp: '1s', hold: '1s' },
        async client(user) { (await user.join('room:1')).on('shout', () => user.count('heard', user.random.integer(3))); } });`;
    return check(name, source, '');
  };
  writeFileSync(join(project, 'package.json'), '{"type":"module"}');
  const right = compile('right.ts', '10');
  assert.equal(right.status, 0, right.stdout);
  assert.match(compile('wrong.ts', "'ten'").stdout, /wrong\.ts.*'string' is not assignable to type 'number'/);
});

test('brings types that hold an application to its word', () => {
  const compile = (name: string, answer: string): ReturnType<typeof run> =>
    check(name, APP.replace("reply('ok', payload)", answer), 'node');
  const right = compile('right-app.ts', "reply('ok', payload)");
  assert.equal(right.status, 0, right.stdout);
  assert.match(
    compile('wrong-app.ts', "'ok'").stdout,
    /wrong-app\.ts.*not assignable to type 'EventHandler'/,
  );
});

test(
  'serves an application of the project, whatever type the project is of',
  { timeout: 60_000 },
  async () => {
    for (const type of ['commonjs', 'module']) {
      writeFileSync(join(project, 'package.json'), JSON.stringify({ type }));
      writeFileSync(join(project, 'my-app.ts'), APP);
      const flags = ['serve', '--app', 'my-app.ts', '--port', '0', '--control-port', '0'];
      const served = spawn(process.execPath, [join(installed, 'bin/firedrill.js'), ...flags], {
        cwd: project,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = (await once(createInterface(served.stdout), 'line')) as [string];
      const { url } = JSON.parse(line) as { url: string };
      const socket = new WebSocket(`${url}/websocket?vsn=2.0.0`);
      await once(socket, 'open');
      const frames: unknown[] = [];
      const answered = new Promise<void>((resolve) => {
        socket.on('message', (data: Buffer) => {
          frames.push(JSON.parse(data.toString('utf8')));
          if (frames.length === 2) resolve();
        });
      });
      socket.send('["1","1","a:1","phx_join",{}]');
      socket.send('["1","2","a:1","ping",{"n":1}]');
      await answered;
      const reply = (ref: string, response: object): unknown[] => [
        '1',
        ref,
        'a:1',
        'phx_reply',
        { status: 'ok', response },
      ];
      assert.deepEqual(frames, [reply('1', { by: 'project' }), reply('2', { n: 1 })]);
      socket.close();
      served.kill('SIGTERM');
      assert.deepEqual(await once(served, 'exit'), [0, null]);
    }
    writeFileSync(join(project, 'package.json'), '{"type":"module"}');
  },
);

test('tells its version', () => {
  const told = firedrill('--version');
  assert.equal(told.stdout.trim(), manifest.version, told.stderr);
});

test('runs a scenario of the project against the bundled server', () => {
  const source = `import { scenario } from 'firedrill';
    export default scenario({
      about: 'pings',
      load: { clients: 5, ramp: '200ms', hold: '2s' },
      async client(user) {
        const room = await user.join('room:1');
        await user.every('200ms', () => room.push('ping', { from: user.index }));
      },
    });`;
  writeFileSync(join(project, 'pings.ts'), source);
  const ran = firedrill('run', 'pings.ts', '--seed', '1', '--out', 'run');
  const record = JSON.parse(readFileSync(join(project, 'run/summary.json'), 'utf8')) as {
    clients: { joined: number };
    outcomes: { ok: number };
  };
  assert.equal(record.clients.joined, 5, ran.stderr);
  assert.ok(record.outcomes.ok > 20, `${record.outcomes.ok} pushes were answered`);
});
