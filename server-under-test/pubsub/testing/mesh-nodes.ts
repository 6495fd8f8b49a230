import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, type Clock } from '../../otp/clock.ts';
import { Runtime } from '../../otp/runtime.ts';
import { Telemetry } from '../../telemetry/counters.ts';
import { Mesh } from '../mesh.ts';
import { PubSub } from '../pubsub.ts';
import { Mailbag } from './mailbag.ts';

/** One node of a test: everything between the mailboxes and the sockets, no endpoint. */
export class MeshNode {
  readonly runtime: Runtime;
  readonly pubsub: PubSub;
  readonly mesh: Mesh;

  constructor(index: number, poolSize = 1, clock: Clock = systemClock) {
    this.runtime = new Runtime(clock, index);
    this.pubsub = new PubSub(this.runtime, new Telemetry(), { poolSize });
    this.mesh = new Mesh(this.runtime, this.pubsub, { poolSize });
    this.pubsub.adapter = this.mesh;
  }

  mailbag(): Mailbag {
    return new Mailbag(this.runtime);
  }

  /** A process that gets every message to the topic. */
  subscriber(topic: string): Mailbag {
    const mailbag = this.mailbag();
    this.pubsub.subscribe(mailbag, topic);
    return mailbag;
  }
}

/** Nodes joined by real Unix sockets in a folder of their own. */
export class MeshNodes {
  private readonly folder = mkdtempSync(join(tmpdir(), 'firedrill-mesh-'));
  private readonly started: MeshNode[] = [];

  pathOf(node: number): string {
    return join(this.folder, `${node}.sock`);
  }

  /** Starts a node that listens and has called every node below it. */
  async start(index: number, poolSize = 1): Promise<MeshNode> {
    const node = new MeshNode(index, poolSize);
    this.started.push(node);
    await node.mesh.listen(this.pathOf(index));
    for (let other = 0; other < index; other += 1) await node.mesh.connect(this.pathOf(other), other);
    return node;
  }

  /** Nodes 0 and 1, connected at both ends. */
  async pair(poolSize = 1): Promise<[MeshNode, MeshNode]> {
    const [first, second] = [await this.start(0, poolSize), await this.start(1, poolSize)];
    await first.mesh.whenComplete(1);
    return [first, second];
  }

  /** Closes every node, those that are closed already included. */
  stop(): void {
    for (const { mesh } of this.started) mesh.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
