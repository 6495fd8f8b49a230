import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerConfig } from '../config.ts';
import { LocalServer } from './local-server.ts';

/** Two nodes in the test's own process, each on its own port, meshed over Unix sockets as in a real cluster. */
export class ClusterPair {
  readonly nodes: readonly [LocalServer, LocalServer];
  private readonly folder = mkdtempSync(join(tmpdir(), 'firedrill-pair-'));

  private constructor(overrides: Partial<ServerConfig>) {
    this.nodes = [new LocalServer(overrides, [], 0), new LocalServer(overrides, [], 1)];
  }

  static async start(overrides: Partial<ServerConfig> = {}): Promise<ClusterPair> {
    const pair = new ClusterPair(overrides);
    const [first, second] = pair.nodes;
    await first.app.mesh.listen(pair.pathOf(0));
    await second.app.mesh.listen(pair.pathOf(1));
    await second.app.mesh.connect(pair.pathOf(0), 0);
    await Promise.all(pair.nodes.map(({ app }) => app.mesh.whenComplete(1)));
    for (const node of pair.nodes) node.port = await node.app.listen(0);
    return pair;
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private pathOf(index: number): string {
    return join(this.folder, `node${index}`);
  }
}
