/**
 * Certificates for servers of tests, written byte by byte (X.509 in DER): Node
 * makes keys but no certificates, and no tool here makes an expired one.
 */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

/** What a TLS server of a test needs; `cert` is the authority to trust where it has signed itself. */
export type Certified = { key: string; cert: string };

export type Wanted = {
  /** DNS names it is for; 127.0.0.1 it is for when there are none. */
  names?: readonly string[];
  /** Years it is good for. */
  from?: number;
  until?: number;
  /** Who signs it; itself when left out. */
  by?: Authority;
};

/** A key that signs others' certificates. */
export type Authority = { name: string; key: KeyObject; cert: string };

const ECDSA_SHA256 = Buffer.from('300a06082a8648ce3d040302', 'hex');
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const ALT_NAMES = Buffer.from('0603551d11', 'hex');
const BASIC_CONSTRAINTS = Buffer.from('0603551d13', 'hex');

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const low = body.length & 255;
  const length = body.length < 128 ? [low] : body.length < 256 ? [0x81, low] : [0x82, body.length >> 8, low];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

function nameOf(commonName: string): Buffer {
  return der(0x30, der(0x31, der(0x30, COMMON_NAME, der(0x0c, Buffer.from(commonName)))));
}

function written(
  subject: string,
  issuer: string,
  years: [number, number],
  extension: Buffer,
  keys: Keys,
): string {
  const time = (year: number): Buffer => der(0x18, Buffer.from(`${year}0101000000Z`));
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1, ...Buffer.from(subject)])),
    ECDSA_SHA256,
    nameOf(issuer),
    der(0x30, time(years[0]), time(years[1])),
    nameOf(subject),
    keys.own.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, extension)),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, keys.signer));
  const lines =
    der(0x30, body, ECDSA_SHA256, signature)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

type Keys = { own: KeyObject; signer: KeyObject };

/** A certificate and its key. */
export function certified(wanted: Wanted = {}): Certified {
  const { names = [], from = 2020, until = 2090, by } = wanted;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const entries = names.map((name) => der(0x82, Buffer.from(name)));
  if (names.length === 0) entries.push(der(0x87, Buffer.from([127, 0, 0, 1])));
  const extension = der(0x30, ALT_NAMES, der(0x04, der(0x30, ...entries)));
  const subject = 'firedrill test';
  const keys = { own: publicKey, signer: by?.key ?? privateKey };
  const cert = written(subject, by?.name ?? subject, [from, until], extension, keys);
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }), cert };
}

/** An authority that nobody knows unless told. */
export function authority(name: string): Authority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const isAuthority = der(0x04, der(0x30, der(0x01, Buffer.from([255]))));
  const extension = der(0x30, BASIC_CONSTRAINTS, der(0x01, Buffer.from([255])), isAuthority);
  const cert = written(name, name, [2020, 2090], extension, { own: publicKey, signer: privateKey });
  return { name, key: privateKey, cert };
}
