/** TLS before a plain port, as a proxy has it, with certificates made on the spot. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';

export type Identity = { key: string; cert: string };

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Signs certificates; `file` is its own, for `--ca`. */
export class Authority {
  readonly file: string;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.file = join(folder, 'authority.pem');
    const own = ['-subj', '/CN=firedrill test authority', '-addext', 'keyUsage=keyCertSign'];
    openssl(
      'req',
      '-x509',
      ...KEY,
      ...own,
      '-days',
      '2',
      '-keyout',
      this.#at('authority.key'),
      '-out',
      this.file,
    );
  }

  /** A certificate for this name: `DNS:localhost`. */
  certify(name: string): Identity {
    const [key, request, cert] = [this.#at('leaf.key'), this.#at('leaf.csr'), this.#at('leaf.pem')];
    const names = ['-subj', '/CN=firedrill test', '-addext', `subjectAltName=${name}`];
    openssl('req', ...KEY, ...names, '-keyout', key, '-out', request);
    const signer = ['-CA', this.file, '-CAkey', this.#at('authority.key'), '-CAcreateserial'];
    openssl(
      'x509',
      '-req',
      '-in',
      request,
      ...signer,
      '-days',
      '2',
      '-copy_extensions',
      'copy',
      '-out',
      cert,
    );
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  }

  #at(name: string): string {
    return join(this.#folder, name);
  }
}

export function hasOpenssl(): boolean {
  try {
    openssl('version');
    return true;
  } catch {
    return false;
  }
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'ignore' });
}

/** Hands every connection on to a plain port of this machine. */
export class TlsFront {
  /** The names asked for, one for each connection. */
  readonly names: (string | false)[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async listen(identity: Identity, plainPort: number): Promise<TlsFront> {
    const server = createServer(identity);
    const front = new TlsFront(server);
    server.on('tlsClientError', () => {});
    server.on('secureConnection', (secure) => {
      front.names.push(secure.servername as string | false);
      const plain = connect(plainPort, '127.0.0.1');
      plain.on('error', () => secure.destroy());
      secure.on('error', () => plain.destroy());
      secure.pipe(plain).pipe(secure);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return front;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
    this.#server.unref();
  }
}
