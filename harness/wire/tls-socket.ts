/**
 * TLS over a TCP socket of our own: that socket stays in reach, since only it
 * can be reset. Certificates are verified, always.
 */
import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import {
  checkServerIdentity,
  connect,
  createSecureContext,
  getCACertificates,
  type ConnectionOptions,
  type TLSSocket,
} from 'node:tls';
import type { TlsSettings } from './transport.ts';

/** Reading the authorities takes tens of milliseconds: once per target, not per client. */
const OPTIONS = new WeakMap<TlsSettings, ConnectionOptions>();

/** A TLS client over `raw`, which may still be connecting. Throws when the authorities cannot be read. */
export function secureOver(raw: Socket, settings: TlsSettings): TLSSocket {
  let options = OPTIONS.get(settings);
  if (options === undefined) {
    options = optionsOf(settings);
    OPTIONS.set(settings, options);
  }
  return connect({ ...options, socket: raw });
}

function optionsOf({ servername, ca }: TlsSettings): ConnectionOptions {
  const authorities = ca === null ? {} : { ca: [...getCACertificates('default'), ca] };
  return {
    secureContext: createSecureContext(authorities),
    ALPNProtocols: ['http/1.1'],
    // An address may not be asked for by SNI (RFC 6066), but it is verified all the same.
    servername: isIP(servername) === 0 ? servername : '',
    checkServerIdentity: (_host, certificate) => checkServerIdentity(servername, certificate),
  };
}
