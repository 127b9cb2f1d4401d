import {
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';

/** A certificate and its key as PEM texts. */
export interface Issued {
  readonly cert: string;
  readonly key: string;
}

export interface Wanted {
  readonly name: string;
  /** DNS names; `127.0.0.1` is always among the addresses unless `addresses` says otherwise. */
  readonly hosts?: readonly string[];
  readonly addresses?: readonly string[];
  /** Days from now; negative ones are past. */
  readonly fromDays?: number;
  readonly toDays?: number;
}

const DAY_MS = 86_400_000;

/**
 * A certificate authority for tests: issues certificates with any dates and names, so that expired
 * ones, future ones and foreign ones can be had in the moment in which a test needs them. X.509 v3
 * with P-256 and SHA-256 (RFC 5280 section 4.1), in DER by hand because Node issues none itself.
 */
export class Authority {
  readonly cert: string;
  private readonly key: KeyObject;

  constructor(private readonly name: string) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.key = privateKey;
    const constraints = extension('551d13', true, sequence(Buffer.from([0x01, 0x01, 0xff])));
    this.cert = this.certificate({ name }, publicKey, [constraints]);
  }

  issue(wanted: Wanted): Issued {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const hosts = (wanted.hosts ?? ['localhost']).map((host) => tagged(0x82, Buffer.from(host)));
    const addresses = (wanted.addresses ?? ['127.0.0.1']).map((address) =>
      tagged(0x87, Buffer.from(address.split('.').map(Number))),
    );
    const names = extension('551d11', false, sequence(...hosts, ...addresses));
    return {
      cert: this.certificate(wanted, publicKey, [names]),
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
  }

  private certificate(
    { name, fromDays = -1, toDays = 365 }: Wanted,
    subjectKey: KeyObject,
    extensions: readonly Buffer[],
  ): string {
    const ecdsaWithSha256 = sequence(tagged(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
    const body = sequence(
      tagged(0xa0, tagged(0x02, Buffer.from([2]))),
      tagged(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
      ecdsaWithSha256,
      distinguishedName(this.name),
      sequence(time(Date.now() + fromDays * DAY_MS), time(Date.now() + toDays * DAY_MS)),
      distinguishedName(name),
      createPublicKey(subjectKey.export({ type: 'spki', format: 'pem' })).export({
        type: 'spki',
        format: 'der',
      }),
      tagged(0xa3, sequence(...extensions)),
    );
    const signature = sign('sha256', body, this.key);
    const bits = tagged(0x03, Buffer.concat([Buffer.from([0]), signature]));
    return pem(sequence(body, ecdsaWithSha256, bits));
  }
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const size = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => tagged(0x30, Buffer.concat(parts));

function extension(oid: string, critical: boolean, value: Buffer): Buffer {
  const flag = critical ? [Buffer.from([0x01, 0x01, 0xff])] : [];
  return sequence(tagged(0x06, Buffer.from(oid, 'hex')), ...flag, tagged(0x04, value));
}

/** One common name. */
function distinguishedName(name: string): Buffer {
  const commonName = tagged(0x06, Buffer.from('550403', 'hex'));
  return sequence(tagged(0x31, sequence(commonName, tagged(0x0c, Buffer.from(name)))));
}

/** UTCTime, which holds for the years until 2049. */
function time(atMs: number): Buffer {
  const digits = new Date(atMs).toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return tagged(0x17, Buffer.from(`${digits}Z`));
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
