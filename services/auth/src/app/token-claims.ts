import { z } from 'zod';

const claims = z.object({ exp: z.number().positive() });

/** When a broker token ends by its own claim, epoch ms; undefined where it tells none. Only a hint: its signature is the broker's. */
export function claimedEnd(token: string): number | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const parsed = claims.safeParse(payload);
    return parsed.success ? parsed.data.exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
