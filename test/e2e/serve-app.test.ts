// A user brings channels of their own: firedrill serve --app my-app.ts.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { WebSocket } from 'ws';
import {
  becomesTrue,
  cleanUp,
  descendantsOf,
  firedrill,
  GUARD,
  isRunning,
  newFolder,
  run,
  type Program,
} from './program.ts';

type Push = { receive(status: string, callback: (response: unknown) => void): Push };
type Channel = {
  join(): Push;
  leave(): Push;
  push(event: string, payload: unknown): Push;
  on(event: string, callback: (payload: unknown) => void): void;
  onError(callback: (reason: unknown) => void): void;
};
type Socket = {
  connect(): void;
  disconnect(): void;
  channel(topic: string): Channel;
  onError(callback: () => void): void;
};
type Library = { Socket: new (url: string, options: object) => Socket };
// The library as published; it has no types.
const { Socket } = createRequire(import.meta.url)('phoenix') as Library;

const CHAT = 'server-under-test/examples/chat.ts';
const PORTS = ['--port', '0', '--control-port', '0'];

async function serve(...flags: string[]): Promise<{ program: Program; url: string }> {
  const program = firedrill('serve', ...PORTS, ...flags);
  const line = await program.line(/^\{"ready":true/);
  return { program, url: (JSON.parse(line) as { url: string }).url };
}

function replyTo(push: Push): Promise<[status: string, response: unknown]> {
  return new Promise((resolve) => {
    for (const status of ['ok', 'error', 'timeout'])
      push.receive(status, (response) => resolve([status, response]));
  });
}

function next(channel: Channel, event: string): Promise<unknown> {
  return new Promise((resolve) => channel.on(event, resolve));
}

const sockets: Socket[] = [];

/** A client on its way; one left alone would reconnect for ever. */
function connect(url: string, params: object = {}): Socket {
  const socket = new Socket(url, { params, transport: WebSocket });
  sockets.push(socket);
  socket.connect();
  return socket;
}

function leaveNothing(): void {
  for (const socket of sockets.splice(0)) socket.disconnect();
  cleanUp();
}

suite('examples/chat.ts', GUARD, () => {
  let program: Program;
  let url = '';
  before(async () => {
    ({ program, url } = await serve('--app', CHAT, '--nodes', '2'));
  });
  after(leaveNothing);

  async function enter(
    name: string,
    topic: string,
  ): Promise<{ socket: Socket; channel: Channel; state: Promise<unknown> }> {
    const socket = connect(url, { name });
    const channel = socket.channel(topic);
    const state = next(channel, 'presence_state');
    assert.deepEqual(await replyTo(channel.join()), ['ok', { welcome: name }]);
    return { socket, channel, state };
  }

  test('one says, everybody hears; one whispers, one hears; who is there is known', async () => {
    const ann = await enter('ann', 'chat:lobby');
    assert.deepEqual(Object.keys((await ann.state) as object), ['ann']);
    const bob = await enter('bob', 'chat:lobby');
    await bob.state;
    const said = Promise.all([next(ann.channel, 'said'), next(bob.channel, 'said')]);
    assert.deepEqual(await replyTo(ann.channel.push('say', { text: 'hi' })), ['ok', {}]);
    assert.deepEqual(await said, [
      { text: 'hi', by: 'ann' },
      { text: 'hi', by: 'ann' },
    ]);
    const heardByAnn: unknown[] = [];
    ann.channel.on('whisper', (payload) => heardByAnn.push(payload));
    const whispered = next(bob.channel, 'whisper');
    ann.channel.push('whisper', { to: 'bob', text: 'psst' });
    assert.deepEqual(await whispered, { to: 'bob', text: 'psst' });
    // Behind the whisper in the same mailbox.
    assert.deepEqual(await replyTo(ann.channel.push('spell', 'WORD')), ['ok', { word: 'word' }]);
    assert.deepEqual(heardByAnn, []);
  });

  test('refusals are told: a closed room, a client without a name', async () => {
    const socket = connect(url, { name: 'cat' });
    const closed = socket.channel('chat:closed');
    assert.deepEqual(await replyTo(closed.join()), ['error', { reason: 'closed' }]);
    closed.leave();
    const nameless = new WebSocket(`${url}/websocket?vsn=2.0.0`);
    const status = await new Promise((resolve) => {
      nameless.once('unexpected-response', (_request, response) => resolve(response.statusCode));
    });
    assert.equal(status, 403);
  });

  test('a crash is one line with its place in the file, and the client may join again', async () => {
    const { channel } = await enter('dan', 'chat:crash');
    const crashed = new Promise((resolve) => channel.onError(resolve));
    channel.push('say', 7);
    await crashed;
    const line = await program.line(/chat:crash/);
    assert.match(
      line,
      /\[error\].* channel chat:crash terminating: no clause of say matches 7 \(at .*examples\/chat\.ts:\d+:\d+\)$/,
    );
  });

  test('a worker that crashes takes its caller along, and is started again', async () => {
    const { channel, socket } = await enter('eve', 'chat:spell');
    const crashed = new Promise((resolve) => channel.onError(resolve));
    channel.push('spell', 7);
    await crashed;
    const line = await program.line(/worker spell/);
    assert.match(
      line,
      /worker spell terminating: only words can be spelled \(at .*examples\/chat\.ts:\d+:\d+\)$/,
    );
    // Over the same connection, so on the same node.
    const again = socket.channel('chat:again');
    await replyTo(again.join());
    assert.deepEqual(await replyTo(again.push('spell', 'AGAIN')), ['ok', { word: 'again' }]);
  });
});

suite('serve', GUARD, () => {
  after(leaveNothing);

  test('its help is the server’s own, and so are its refusals', async () => {
    const help = await run('serve', '--help');
    assert.equal(help.code, 0, help.stderr);
    assert.match(help.stdout, /--app .*APP/);
    const refused = await run('serve', '--prot', '4000');
    assert.deepEqual([refused.code, refused.stdout], [104, '']);
    assert.match(refused.stderr, /^bad_flag: --prot .*did you mean --port\?$/m);
  });

  test('an application that cannot run is refused in words before any node starts', async () => {
    const file = join(newFolder(), 'app.ts');
    writeFileSync(
      file,
      "import { application, channel } from 'firedrill/server';\nexport default application({ channels: [channel('a', {} as never)] });",
    );
    const refused = await run('serve', '--app', file, '--prot', '1');
    assert.deepEqual([refused.code, refused.stdout], [104, '']);
    assert.match(refused.stderr, /^bad_flag: --prot/m);
    assert.match(
      refused.stderr,
      /^bad_app: .*app\.ts: channels\[0\]\.join got nothing, wanted a function; hint: join: \(\) => ok\(\)$/m,
    );
    assert.doesNotMatch(refused.stderr, /^\s+at /m);
  });

  test('what an application throws outside every process is a line, and the node lives on', async () => {
    const file = join(newFolder(), 'app.ts');
    writeFileSync(
      file,
      `import { application, channel, ok, noreply } from 'firedrill/server';
      export default application({ channels: [channel('a', { join: () => ok(), handleIn: { stray: () => {
        console.log('told by the app');
        setTimeout(() => { throw new Error('astray'); });
        void Promise.reject(new Error('unawaited'));
        return noreply();
      } } })] });`,
    );
    const { program, url } = await serve('--app', file);
    const socket = connect(url);
    const channel = socket.channel('a');
    await replyTo(channel.join());
    channel.push('stray', {});
    assert.match(
      await program.line(/astray/),
      /\[error\] error outside every process: astray \(at .*app\.ts:4:\d+\)$/,
    );
    await program.line(/outside every process: unawaited/);
    await program.line(/^told by the app$/);
    assert.equal((await replyTo(channel.leave()))[0], 'ok');
  });

  test('one signal, to its group or to it alone, ends every process with code 0', async () => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      const { program } = await serve('--nodes', '2');
      const family = descendantsOf(program.pid);
      assert.equal(family.length, 3, family.map((one) => one.command).join('\n'));
      program.child.kill(signal);
      const ended = await program.ended;
      assert.deepEqual([ended.code, ended.signal], [0, null], ended.stderr);
      assert.ok(family.every((one) => !isRunning(one.pid)));
    }
  });

  test('killed outright it leaves no process behind', async () => {
    const { program } = await serve('--nodes', '2');
    const family = descendantsOf(program.pid);
    program.child.kill('SIGKILL');
    await program.ended;
    assert.ok(await becomesTrue(() => family.every((one) => !isRunning(one.pid)), 10_000));
  });
});
