// What it costs to know who asks: a token for the first time, against one bare Ed25519 verification of the same bytes, and a
// token that was seen before.
import { generateKeyPairSync } from 'node:crypto';
import { systemClock } from '@vega/kernel';
import {
  createLogger,
  createMetrics,
  createPrincipalVerifier,
  signAccessToken,
  type Principal,
  type PrincipalVerifier,
} from '@vega/platform';
import { bareVerifications } from '../bare/ed25519.ts';
import { alternate, median, type BenchResult } from '../measure.ts';

/** Tokens of one round: each is verified for the first time once in the whole bench. */
const TOKENS = 1_000;
/** How often each of them is shown again. */
const TIMES_SEEN = 50;
const LIFE_MS = 900_000;

/** The most that a token that was seen before may cost, microseconds. */
const SEEN_LIMIT_US = 5;

const keys = generateKeyPairSync('ed25519');
let made = 0;

/** Measures both; the second figure comes from the same rounds. */
export async function benchVerification(rounds: number): Promise<BenchResult[]> {
  const verifier = await ownVerifier();
  const seenUs: number[] = [];
  const first = async (): Promise<number> => {
    const tokens = Array.from({ length: TOKENS }, newToken);
    const us = await each(verifier, tokens);
    for (let n = 0; n < TIMES_SEEN; n += 1) seenUs.push(await each(verifier, tokens));
    return us;
  };
  const bare = (): number => bareVerifications(Array.from({ length: TOKENS }, newToken), keys.publicKey);
  await first();
  bare();
  seenUs.length = 0;
  const { ours, bare: bareUs, ratio } = await alternate(rounds, first, bare);
  const round = (us: number): number => Number(us.toFixed(2));
  return [
    {
      name: 'auth-first-verification',
      figures: { us: round(median(ours)), bareUs: round(median(bareUs)), tokens: TOKENS * rounds },
      ratio: round(ratio),
      aim: '<= 1.3 of one Ed25519 verification',
      holds: ratio <= 1.3,
    },
    {
      name: 'auth-seen-token',
      figures: { us: round(median(seenUs)), worstRoundUs: round(Math.max(...seenUs)), limitUs: SEEN_LIMIT_US },
      ratio: Number((median(seenUs) / median(bareUs)).toFixed(4)),
      aim: `<= ${SEEN_LIMIT_US} us`,
      holds: median(seenUs) <= SEEN_LIMIT_US,
    },
  ];
}

/** Microseconds per token. */
async function each(verifier: PrincipalVerifier, tokens: readonly string[]): Promise<number> {
  const start = performance.now();
  for (const token of tokens) await verifier.verify(token);
  return ((performance.now() - start) / tokens.length) * 1_000;
}

function newToken(): string {
  made += 1;
  const nowMs = Date.now();
  const principal: Principal = {
    userId: 'usr_bbbbbbbbbbbbbbbbbbbb',
    sessionId: 'ses_bbbbbbbbbbbbbbbbbbbb',
    tokenId: `tok_${made}`,
    kind: 'user',
    role: 'trader',
    scopes: ['read', 'trade'],
    mfa: true,
    accounts: undefined,
    issuedAtMs: nowMs,
    expiresAtMs: nowMs + LIFE_MS,
  };
  return signAccessToken(principal, { keyId: 'key_bench', privateKey: keys.privateKey });
}

/** The verifier of the services, told the key by nobody but this bench. */
function ownVerifier(): Promise<PrincipalVerifier> {
  const publicKey = Buffer.from(keys.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const answer = { keys: [{ keyId: 'key_bench', publicKey, endsAtMs: 0 }], revocations: [], atMs: Date.now() };
  const nobody = { unsubscribe: () => undefined };
  const silence = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) };
  return createPrincipalVerifier({
    rpc: { call: () => Promise.resolve(answer as never) },
    bus: { nc: { subscribe: () => nobody, status: () => silence } } as never,
    clock: systemClock,
    logger: createLogger({ service: 'bench', replica: 'bench', level: 'silent' }),
    metrics: createMetrics('bench-verifier'),
    onDrain: () => undefined,
  });
}
