/** A small client in the namespace of a run's network, and the server it talks to on the host's end. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/**
 * Opens a connection from each address, then does what lines on stdin say: `say WORD` on every
 * connection, `datagrams N`. What happens is a line on stdout, with the connection's number.
 */
const CLIENT = `
const { connect } = require('node:net');
const [host, port, datagramPort, from] = process.argv.slice(1);
const tell = (...words) => console.log(words.join(' '));
const sockets = from.split(',').map((localAddress, i) => {
  const socket = connect({ host, port: Number(port), localAddress, noDelay: true }, () => tell('open', i));
  let bytes = 0;
  socket.on('data', (data) => {
    bytes += data.length;
    const text = String(data);
    if (text.endsWith('\\n')) tell('heard', i, text.trim().slice(-20), bytes);
  });
  socket.on('error', ({ code }) => tell('error', i, code));
  return socket;
});
const datagrams = require('node:dgram').createSocket('udp4');
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const [what, word] = line.split(' ');
  if (what === 'say') for (const socket of sockets) if (socket.writable) socket.write(word + '\\n');
  if (what === 'datagrams') {
    for (let i = 0; i < Number(word); i++) datagrams.send('x', Number(datagramPort), host);
  }
}).on('close', () => process.exit());
`;

/** Answers each line with itself, and `pour` with so many bytes before it. */
export class HostServer {
  readonly #tcp: Server;
  readonly #udp: Datagrams;
  readonly #sockets = new Set<Socket>();
  /** Codes of connections that ended in an error. */
  readonly errors: string[] = [];
  readonly lines: string[] = [];
  datagrams = 0;
  readonly #poured: number;

  private constructor(poured: number) {
    this.#poured = poured;
    this.#tcp = createServer({ noDelay: true }, (socket) => this.#meet(socket));
    this.#udp = createSocket('udp4', () => (this.datagrams += 1));
  }

  static async listen(host: string, poured: number): Promise<HostServer> {
    const server = new HostServer(poured);
    server.#tcp.listen(0, host);
    server.#udp.bind(0, host);
    await Promise.all([once(server.#tcp, 'listening'), once(server.#udp, 'listening')]);
    return server;
  }

  get port(): number {
    return (this.#tcp.address() as AddressInfo).port;
  }

  get datagramPort(): number {
    return this.#udp.address().port;
  }

  close(): void {
    this.#tcp.close();
    this.#udp.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #meet(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', ({ code }: NodeJS.ErrnoException) => this.errors.push(code ?? 'unknown'));
    const lines = createInterface({ input: socket });
    // It hands on what went wrong with the socket, which is heard already.
    lines.on('error', () => {});
    lines.on('line', (line) => {
      this.lines.push(line);
      socket.write(line === 'pour' ? `${'.'.repeat(this.#poured)}${line}\n` : `${line}\n`);
    });
  }
}

/** The client of `CLIENT`, in a namespace. */
export class InsideClient {
  readonly #child: ChildProcess;
  readonly lines: string[] = [];
  #told = Promise.withResolvers<void>();
  #errors = '';

  /** `entrance`: the command that starts another one in there. */
  constructor(entrance: readonly string[], server: HostServer, host: string, from: readonly string[]) {
    const args = [host, String(server.port), String(server.datagramPort), from.join(',')];
    const [command = '', ...rest] = [...entrance, process.execPath, '-e', CLIENT, ...args];
    this.#child = spawn(command, rest);
    this.#child.stderr?.on('data', (part: Buffer) => (this.#errors += part.toString()));
    if (this.#child.stdout) {
      createInterface({ input: this.#child.stdout }).on('line', (line) => {
        this.lines.push(line);
        this.#wake();
      });
    }
    this.#child.once('exit', () => this.#wake());
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Resolves when so many of its lines fit; rejects when it ends before. */
  async told(pattern: RegExp, count: number): Promise<string[]> {
    for (;;) {
      const found = this.lines.filter((line) => pattern.test(line));
      if (found.length >= count) return found;
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`ended with ${found.length} lines of ${pattern}: ${this.#errors}`);
      }
      await this.#told.promise;
    }
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }

  #wake(): void {
    this.#told.resolve();
    this.#told = Promise.withResolvers();
  }
}
