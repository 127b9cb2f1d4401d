import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';

/** What identifies one side of TLS: its chain, the key of the first certificate, whom it trusts. */
export interface PemTexts {
  /** Own certificate first, then those between it and the authority. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** Authorities of the other side. */
  readonly ca?: string | undefined;
}

export interface PemMistake {
  readonly part: keyof PemTexts;
  /** One sentence without the texts: a key is a secret. */
  readonly reason: string;
}

/** When the first certificate of a text, which is the own one, is good for. */
export interface CertificateDates {
  readonly subject: string;
  /** ms since the epoch. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** Dates of a text that `pemMistake` found good. */
export function certificateDates(cert: string): CertificateDates {
  const own = new X509Certificate(cert);
  return {
    subject: own.subject.replaceAll('\n', ', '),
    notBeforeMs: Date.parse(own.validFrom),
    notAfterMs: Date.parse(own.validTo),
  };
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** The first thing that TLS could not work with; null when there is none. Dates are not judged. */
export function pemMistake({ cert, key, ca }: PemTexts): PemMistake | null {
  const authorities = ca === undefined ? [] : certificatesOf(ca);
  if (typeof authorities === 'string') return { part: 'ca', reason: authorities };
  const chain = cert === undefined ? [] : certificatesOf(cert);
  if (typeof chain === 'string') return { part: 'cert', reason: chain };
  if (key === undefined) return null;
  const secret = privateKeyOf(key);
  if (typeof secret === 'string') return { part: 'key', reason: secret };
  const [own] = chain;
  if (own === undefined || own.checkPrivateKey(secret)) return null;
  return { part: 'key', reason: 'it is not the key of the certificate' };
}

/** All certificates of a file, or what is wrong with it. */
function certificatesOf(text: string): X509Certificate[] | string {
  const blocks = text.match(CERTIFICATE) ?? [];
  if (blocks.length === 0) return 'there is no PEM certificate in it';
  const found: X509Certificate[] = [];
  for (const [i, block] of blocks.entries())
    try {
      found.push(new X509Certificate(block));
    } catch {
      // OpenSSL's own words name its functions; which certificate it is helps more.
      return `its certificate ${i + 1} of ${blocks.length} cannot be read`;
    }
  return found;
}

function privateKeyOf(text: string): KeyObject | string {
  if (text.includes('ENCRYPTED')) return 'it is encrypted; a key without a passphrase is needed';
  try {
    return createPrivateKey(text);
  } catch {
    // The reason would be OpenSSL's, about its decoders.
    return 'there is no PEM private key in it';
  }
}
