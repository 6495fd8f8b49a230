// Several node processes are one server: what a client of one does is seen by the clients of the others, and a node may die.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { WebSocket } from 'ws';
import { becomesTrue, cleanUp, firedrill, GUARD, isRunning, type Program } from './program.ts';

const NODES = 3;

type Frame = [joinRef: unknown, ref: unknown, topic: string, event: string, payload: Record<string, unknown>];
type NodeFigures = { name: string; os_pid: number; alive: boolean; connections: number };

/** A bare client that keeps what it heard. */
class Client {
  readonly heard: Frame[] = [];
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;
  isOpen = true;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('close', () => (this.isOpen = false));
    socket.on('error', () => {});
    socket.on('message', (data: Buffer) => this.heard.push(JSON.parse(data.toString()) as Frame));
  }

  static open(url: string): Promise<Client> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url);
      const client = new Client(socket);
      socket.once('open', () => resolve(client));
      socket.once('error', reject);
    });
  }

  send(...frame: unknown[]): void {
    this.#socket.send(JSON.stringify(frame));
  }

  count(event: string): number {
    return this.heard.filter((frame) => frame[3] === event).length;
  }

  /** Keys of the presences that left, in order. */
  left(): string[] {
    return this.heard
      .filter((frame) => frame[3] === 'presence_diff')
      .flatMap((frame) => Object.keys(frame[4]['leaves'] as object));
  }

  close(): void {
    this.#socket.terminate();
  }
}

suite('nodes of one server', GUARD, () => {
  let server: Program;
  let url = '';
  let control = '';
  const clients: Client[] = [];

  const nodes = async (): Promise<NodeFigures[]> => {
    const answer = (await (await fetch(`${control}/observer`)).json()) as { nodes: NodeFigures[] };
    return answer.nodes;
  };
  const join = async (user: string, topic: string): Promise<Client> => {
    const client = await Client.open(`${url}/websocket?vsn=2.0.0&user_id=${user}`);
    clients.push(client);
    client.send('1', '1', topic, 'phx_join', { user_id: user });
    assert.ok(await becomesTrue(() => client.count('phx_reply') === 1, 5_000));
    return client;
  };

  before(async () => {
    const flags = {
      port: 0,
      'control-port': 0,
      nodes: NODES,
      'longpoll-window-ms': 2_000,
      'presence-broadcast-period-ms': 50,
      'presence-down-ms': 700,
    };
    server = firedrill(
      'serve',
      ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]),
    );
    const ready = JSON.parse(await server.line(/"ready":true/)) as { url: string; control: string };
    ({ control } = ready);
    url = ready.url;
  });
  after(() => {
    for (const client of clients) client.close();
    cleanUp();
  });

  test('broadcasts, presences and disconnects cross the nodes, and a killed node leaves after its time', async () => {
    const members: Client[] = [];
    // The kernel deals connections out by address and port: enough of them reach every node.
    const everywhere = async (): Promise<boolean> => {
      members.push(await join(`u${members.length}`, 'presence:all'));
      return (await nodes()).every(({ connections }) => connections >= 2);
    };
    assert.ok(await becomesTrue(everywhere, 30_000));
    const names = members.map((_, index) => `u${index}`);

    const [first] = members;
    assert.ok(first);
    first.send('1', '2', 'presence:all', 'shout', { n: 1 });
    assert.ok(await becomesTrue(() => members.every((member) => member.count('shout') === 1), 5_000));

    const last = await join('watcher', 'presence:all');
    const seen = (): Set<string> => {
      const states = last.heard.filter((frame) => frame[3] === 'presence_state').map((frame) => frame[4]);
      const joins = last.heard
        .filter((frame) => frame[3] === 'presence_diff')
        .map((frame) => frame[4]['joins'] as object);
      return new Set([...states, ...joins].flatMap((map) => Object.keys(map)));
    };
    assert.ok(await becomesTrue(() => names.every((name) => seen().has(name)), 5_000));

    // Whose connection it was is known by whose socket closes.
    const before = await nodes();
    const victim = before.find(({ connections }) => connections > 0);
    assert.ok(victim);
    process.kill(victim.os_pid, 'SIGKILL');
    assert.ok(await becomesTrue(() => !isRunning(victim.os_pid), 5_000));
    const lost = (): string[] => names.filter((_, index) => members[index]?.isOpen === false);
    const closed = (): number => clients.filter(({ isOpen }) => !isOpen).length;
    assert.ok(await becomesTrue(() => closed() === victim.connections, 5_000));
    const survivors = members.filter(({ isOpen }) => isOpen);
    const gone = lost();
    assert.ok(gone.length >= 1);
    const witness = last.isOpen ? last : survivors[0];
    assert.ok(witness);
    assert.ok(await becomesTrue(() => gone.every((name) => witness.left().includes(name)), 10_000));
    const leavers = last.isOpen ? gone : [...gone, 'watcher'];
    assert.ok(await becomesTrue(() => witness.left().length >= leavers.length, 5_000));
    assert.deepEqual(witness.left().toSorted(), leavers.toSorted(), 'each once, and nobody else');

    const told = await nodes();
    assert.deepEqual(
      told.map(({ alive }) => alive),
      told.map(({ name }) => name !== victim.name),
    );
    const other = survivors.find((member) => member !== witness);
    other?.send('1', '3', 'presence:all', 'shout', { n: 2 });
    assert.ok(await becomesTrue(() => other === undefined || witness.count('shout') >= 1, 5_000));
  });

  test('a long-poll session is found from every node', async () => {
    const at = `${url.replace('ws:', 'http:')}/longpoll?vsn=2.0.0&user_id=lp`;
    const ask = async (
      token: string,
      body: string | null,
    ): Promise<{ status: number; messages?: string[] }> => {
      const from = `${at}&token=${encodeURIComponent(token)}`;
      // A connection of its own for every request: each may land on another node.
      const options = body === null ? {} : { method: 'POST', body };
      const answer = await fetch(from, { ...options, headers: { connection: 'close' } });
      return (await answer.json()) as { status: number; messages?: string[] };
    };
    const opened = (await (await fetch(at)).json()) as { status: number; token: string };
    assert.equal(opened.status, 410);
    const said = await ask(opened.token, JSON.stringify(['1', '1', 'room:lp', 'phx_join', {}]));
    assert.equal(said.status, 200);
    for (let n = 0; n < 12; n += 1) {
      const frame = JSON.stringify(['1', `p${n}`, 'room:lp', 'ping', { n }]);
      assert.equal((await ask(opened.token, frame)).status, 200);
    }
    const heard: unknown[] = [];
    while (heard.length < 13) {
      const { status, messages } = await ask(opened.token, null);
      assert.equal(status, 200);
      heard.push(...(messages ?? []).map((text) => JSON.parse(text) as Frame));
    }
    assert.deepEqual(
      heard.map((frame) => (frame as Frame)[1]),
      ['1', ...Array.from({ length: 12 }, (_, n) => `p${n}`)],
    );
  });
});
