import { rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** True when somebody answers at the path. */
function isTaken(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}

/** The Unix socket where a node lets the others in. */
export class MeshDoor {
  private readonly server: Server;

  constructor(onCaller: (socket: Socket) => void) {
    this.server = createServer(onCaller);
  }

  /** Opens at a path; what a killed node left there goes. Rejects with EADDRINUSE when a living one has it. */
  async open(path: string): Promise<void> {
    try {
      await this.listen(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || (await isTaken(path))) throw error;
      rmSync(path, { force: true });
      await this.listen(path);
    }
  }

  close(): void {
    this.server.close();
  }

  private listen(path: string): Promise<void> {
    const { server } = this;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => {
        server.off('error', reject);
        resolve();
      });
    });
  }
}
