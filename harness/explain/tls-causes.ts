/** Why a TLS handshake fails, by the names the connection gives it. */
import type { CauseTable } from './explanation.ts';

const CA = '--ca authority.pem: the certificate of the authority that signed it, beside those Node knows';

export const TLS_CAUSES: CauseTable = [
  [
    /certificate is self-signed|SELF_SIGNED/,
    {
      why: 'the server shows a certificate that it signed itself',
      tryThis: [
        '--ca cert.pem, from openssl s_client -connect host:port </dev/null | openssl x509 > cert.pem',
      ],
    },
  ],
  [
    /unknown authority|UNABLE_TO_(?:VERIFY|GET_ISSUER)/,
    {
      why: 'the certificate is of an authority unknown to this machine, or the server leaves the chain out',
      tryThis: [CA, 'a chain that is whole: certfile of the endpoint with the intermediate certificates'],
    },
  ],
  [
    /certificate expired|CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/,
    { why: 'the certificate is not valid today', tryThis: ['renew it', 'look at the clock of this machine'] },
  ],
  [
    /certificate for another name|ALTNAME_INVALID/,
    {
      why: 'the certificate belongs to another name than the one in the URL',
      tryThis: ['the name in the certificate, in place of an address or an alias'],
    },
  ],
  [
    /speaks no TLS|WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/,
    { why: 'the port speaks plain HTTP', tryThis: ['ws:// in place of wss://'] },
  ],
  [/speaks TLS/, { why: 'the port speaks TLS', tryThis: ['wss:// in place of ws://'] }],
  [
    /\bTLS\b|ERR_SSL_|\bEPROTO\b/,
    {
      why: 'the TLS handshake failed',
      tryThis: ['openssl s_client -connect host:port shows what the server offers', CA],
    },
  ],
];
