// The bare side of a login: one argon2id hash with auth's parameters, as many at once as auth lets run.
import { argon2, randomBytes } from 'node:crypto';

/** OWASP's parameters for argon2id, as in services/auth. */
const PARAMETERS = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 };

/** Hashes per second over a time, `atOnce` of them at once. */
export async function bareHashes(roundMs: number, atOnce: number): Promise<number> {
  const start = performance.now();
  let done = 0;
  const run = async (): Promise<void> => {
    while (performance.now() - start < roundMs) {
      await hash();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, run));
  return (done / (performance.now() - start)) * 1_000;
}

function hash(): Promise<void> {
  return new Promise((resolve, reject) => {
    argon2('argon2id', { message: randomBytes(16), nonce: randomBytes(16), ...PARAMETERS }, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}
