/**
 * The desk of a run in progress: a socket at which `firedrill halt` learns what
 * runs here, asks for its end, and waits for it. It keeps no process alive.
 */
import { chmodSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { messageOf } from '../base/errors.ts';
import { haltFolders, makeFolder, MOST_PATH_BYTES } from './halt-folder.ts';
import { ASK, type RunCard, type RunEnd, type RunSays } from './halt-words.ts';

export type DeskOptions = {
  card: RunCard;
  /** Somebody asked for the end; may be called more than once. */
  onHalt(): void;
  /** Names of the faults that are on. */
  faultsOn(): string[];
  /** For tests: where the sockets are. */
  folders?: readonly string[];
};

/** Processes of other namespaces may share the folder and have our number. */
const NAMES = 4;
/** More than this before a line has ended is nothing we understand. */
const MOST_ASKED = 64;
/** Visitors at a time: each holds a descriptor of the run's. */
const MOST_VISITORS = 16;

export class HaltDesk {
  readonly path: string;
  readonly #server: Server;
  readonly #asked = new Set<Socket>();
  readonly #remove: () => void;
  #end: RunEnd | null = null;

  private constructor(server: Server, path: string, options: DeskOptions) {
    this.path = path;
    this.#server = server;
    server.unref();
    server.maxConnections = MOST_VISITORS;
    server.on('connection', (socket) => this.#attend(socket, options));
    server.on('error', () => {});
    // A second Ctrl-C ends us without a farewell.
    this.#remove = () => rmSync(path, { force: true });
    process.once('exit', this.#remove);
  }

  /** Opens in the first folder that can be used; rejects with the reasons when none can. */
  static async open(options: DeskOptions): Promise<HaltDesk> {
    const folders = options.folders ?? haltFolders();
    const reasons: string[] = [];
    for (const folder of folders) {
      try {
        makeFolder(folder);
        const { server, path } = await listenIn(folder, options.card.pid);
        return new HaltDesk(server, path, options);
      } catch (error) {
        reasons.push(messageOf(error));
      }
    }
    throw new Error(reasons.length === 0 ? 'this system has no such sockets' : reasons.join('; '));
  }

  #attend(socket: Socket, { card, onHalt, faultsOn }: DeskOptions): void {
    let heard = '';
    socket.unref();
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#asked.delete(socket));
    socket.setEncoding('latin1').on('data', (text: string) => {
      heard += text;
      const end = heard.indexOf('\n');
      if (end < 0 && heard.length <= MOST_ASKED) return;
      if (end < 0 || heard.slice(0, end) !== ASK) return void socket.destroy();
      heard = '';
      // Who made up their mind too late must not end the run that comes next.
      if (this.#end) return say(socket, { ended: this.#end });
      if (this.#asked.has(socket)) return;
      this.#asked.add(socket);
      say(socket, { halting: { on: faultsOn() } });
      onHalt();
    });
    say(socket, { card });
  }

  /** The run is over: whoever asked for its end hears how, and nobody else can come. They hang up when we are gone. */
  close(end: RunEnd): void {
    this.#end = end;
    for (const socket of this.#asked) say(socket, { ended: end });
    this.#server.close();
    process.off('exit', this.#remove);
    this.#remove();
  }
}

function say(socket: Socket, what: RunSays): void {
  socket.write(`${JSON.stringify(what)}\n`);
}

async function listenIn(folder: string, pid: number): Promise<{ server: Server; path: string }> {
  for (let nth = 1; nth <= NAMES; nth++) {
    const path = join(folder, nth === 1 ? `${pid}.sock` : `${pid}-${nth}.sock`);
    if (Buffer.byteLength(path) > MOST_PATH_BYTES) throw new Error(`${path} is too long for a socket`);
    const server = await listen(path);
    if (server) return { server, path };
    if (await isAnswered(path)) continue;
    // Left by a run that was killed, and that had our number.
    rmSync(path, { force: true });
    const again = await listen(path);
    if (again) return { server: again, path };
  }
  throw new Error(`${join(folder, `${pid}.sock`)} is taken`);
}

/** Null when the name is taken. */
function listen(path: string): Promise<Server | null> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    );
    server.listen(path, () => {
      try {
        chmodSync(path, 0o600);
        resolve(server);
      } catch (error) {
        server.close();
        reject(error);
      }
    });
  });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (is: boolean): void => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
