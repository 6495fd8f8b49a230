import { connect, createServer, type Server, type Socket } from 'node:net';
import { Process } from '../otp/process.ts';
import type { Runtime } from '../otp/runtime.ts';
import { Broadcast } from './broadcast.ts';
import { encodeMeshFrame, MeshReader } from './mesh-frame.ts';
import type { Adapter, PubSub } from './pubsub.ts';

/** Takes remote broadcasts one at a time, as the PG2 worker of a node does: a flood waits here, not in the event loop. */
class MeshWorker extends Process {
  private readonly pubsub: PubSub;

  constructor(runtime: Runtime, pubsub: PubSub) {
    super(runtime);
    this.pubsub = pubsub;
  }

  override get kind(): 'server' {
    return 'server';
  }

  protected override receive(message: unknown): void {
    if (message instanceof Broadcast) this.pubsub.dispatch(message);
  }

  // Its work is stateless: what cannot be encoded costs that one message (phoenix-semantics 4.4).
  override fail(): void {}

  protected override ended(): void {}
}

/**
 * A full mesh of Unix sockets between the nodes of this machine.
 *
 *     node 0 ◀──▶ node 1        every pair has one connection, opened by the higher index;
 *        ▲  ╲    ╱  ▲           a broadcast is encoded once and written once per other node,
 *        ▼   node 2 ▼           so the order of one sender is kept.
 */
export class Mesh implements Adapter {
  private readonly worker: MeshWorker;
  private readonly peers = new Set<Socket>();
  private readonly server: Server;
  private readonly waiters: Array<{ readonly count: number; readonly done: () => void }> = [];

  constructor(runtime: Runtime, pubsub: PubSub) {
    this.worker = new MeshWorker(runtime, pubsub);
    this.server = createServer((socket) => this.add(socket));
  }

  /** Opens this node's end at a path of the file system. */
  listen(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(path, () => resolve());
    });
  }

  /** Joins the node listening at `path`. */
  connect(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect(path, () => {
        socket.off('error', reject);
        this.add(socket);
        resolve();
      });
      socket.once('error', reject);
    });
  }

  /** Resolves when `count` other nodes are connected. */
  whenComplete(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.waiters.push({ count, done: resolve });
      this.announce();
    });
  }

  broadcast(broadcast: Broadcast): void {
    if (this.peers.size === 0) return;
    const frame = encodeMeshFrame(broadcast);
    for (const peer of this.peers) peer.write(frame);
  }

  close(): void {
    this.server.close();
    for (const peer of this.peers) peer.destroy();
  }

  private add(socket: Socket): void {
    const reader = new MeshReader();
    this.peers.add(socket);
    socket.on('data', (piece: Buffer) => reader.feed(piece, (broadcast) => this.worker.send(broadcast)));
    // A node that dies is the primary's news; here it only leaves the mesh.
    socket.on('error', () => this.peers.delete(socket));
    socket.on('close', () => this.peers.delete(socket));
    this.announce();
  }

  private announce(): void {
    for (const waiter of this.waiters) if (this.peers.size >= waiter.count) waiter.done();
  }
}
