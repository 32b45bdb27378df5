// The signature by which the Python client signs in to the bus: the vectors of RFC 8032, and Node's own as a second witness.
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { join } from 'node:path';
import { findOnPath, projectRoot, runCommand } from '@vega/testkit';

/** RFC 8032 section 7.1, in hexadecimal: TEST 1, TEST 2, TEST 3 and TEST SHA(abc). */
const VECTORS = [
  {
    name: 'TEST 1',
    secret: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    name: 'TEST 2',
    secret: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    publicKey: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
  {
    name: 'TEST 3',
    secret: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
    publicKey: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    message: 'af82',
    signature:
      '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  },
  {
    name: 'TEST SHA(abc)',
    secret: '833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42',
    publicKey: 'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf',
    message: createHash('sha512').update('abc').digest('hex'),
    signature:
      'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704',
  },
] as const;

/** Secrets and messages of lengths around the blocks of SHA-512, the same in each run. */
const DRAWN = Array.from({ length: 12 }, (_, n) => ({
  secret: createHash('sha256').update(`secret ${n}`).digest('hex'),
  message: Buffer.alloc(n * 21, n + 1).toString('hex'),
}));

const PROGRAM = `
import json, sys
from ed25519 import public_key, sign
rows = json.loads(sys.argv[1])
out = []
for row in rows:
    secret, message = bytes.fromhex(row["secret"]), bytes.fromhex(row["message"])
    out.append({"publicKey": public_key(secret).hex(), "signature": sign(secret, message).hex()})
print(json.dumps(out))
`;

interface Signed {
  readonly publicKey: string;
  readonly signature: string;
}

const python = findOnPath('python3');
const describeInPython = python === undefined ? describe.skip : describe;

/** What the Python client makes of secrets and messages. */
async function inPython(rows: readonly { secret: string; message: string }[]): Promise<Signed[]> {
  const { code, stdout, stderr } = await runCommand(python ?? '', ['-c', PROGRAM, JSON.stringify(rows)], {
    timeoutMs: 60_000,
    cwd: join(projectRoot(), 'clients/python/vega_bus'),
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  if (code !== 0) throw new Error(`python3 ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as Signed[];
}

/** The head of a private key in PKCS #8 (RFC 8410). */
const PKCS8 = '302e020100300506032b657004220420';

const keyOf = (secret: string) =>
  createPrivateKey({ key: Buffer.from(PKCS8 + secret, 'hex'), format: 'der', type: 'pkcs8' });

describeInPython('the Ed25519 of the Python client (needs python3)', () => {
  it('makes what RFC 8032 says', async () => {
    const signed = await inPython(VECTORS);
    expect(signed).toEqual(VECTORS.map(({ publicKey, signature }) => ({ publicKey, signature })));
  }, 90_000);

  it('makes what Node makes, and what Node takes', async () => {
    const signed = await inPython(DRAWN);
    expect(signed).toHaveLength(DRAWN.length);
    for (const [n, { secret, message }] of DRAWN.entries()) {
      const key = keyOf(secret);
      const bytes = Buffer.from(message, 'hex');
      const signature = Buffer.from(signed[n]?.signature ?? '', 'hex');
      expect(signature.toString('hex')).toBe(sign(null, bytes, key).toString('hex'));
      expect(verify(null, bytes, createPublicKey(key), signature)).toBe(true);
      // A signature of something else would be seen.
      expect(verify(null, Buffer.concat([bytes, Buffer.of(1)]), createPublicKey(key), signature)).toBe(false);
    }
  }, 90_000);
});
