import { generateKeyPairSync } from 'node:crypto';
import * as pem from '../../../test/support/certificates';
import { pemMistake } from './pem';

const [ca, cert, key] = [pem.CA_CERT, pem.SERVER_CERT, pem.SERVER_KEY].map(String) as [
  string,
  string,
  string,
];
const encrypted = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' },
}).privateKey;
const cut = cert.replace(/(BEGIN CERTIFICATE-----\n).{80}/s, '$1');

describe('certificates and keys', () => {
  it.each([
    ['a pair and its authority', { ca, cert, key }],
    ['a chain, own certificate first', { cert: `${cert}\n${ca}`, key }],
    ['text around the blocks', { cert: `subject: x\n${cert}` }],
    ['several authorities', { ca: ca + String(pem.STRANGER_CERT) }],
    ['nothing', {}],
  ])('takes %s', (_, texts) => {
    expect(pemMistake(texts)).toBeNull();
  });

  it.each([
    ['a key for an authority', { ca: key }, 'ca', /no PEM certificate/],
    ['a key for a certificate', { cert: key, key }, 'cert', /no PEM certificate/],
    ['a damaged certificate', { cert: cut, key }, 'cert', /1 of 1 cannot be read/],
    ['a damaged chain', { cert: cert + cut, key }, 'cert', /2 of 2 cannot be read/],
    ['a certificate for a key', { cert, key: cert }, 'key', /no PEM private key/],
    ['nothing for a key', { cert, key: '' }, 'key', /no PEM private key/],
    ['an encrypted key', { cert, key: encrypted }, 'key', /encrypted/],
    ['the key of another', { cert, key: String(pem.CLIENT_KEY) }, 'key', /not the key of/],
    ['a chain in the wrong order', { cert: ca + cert, key }, 'key', /not the key of/],
  ])('refuses %s', (_, texts, part, reason) => {
    const mistake = pemMistake(texts);
    expect(mistake).toEqual({ part, reason: expect.stringMatching(reason) });
    expect(JSON.stringify(mistake)).not.toContain('BEGIN');
  });
});
