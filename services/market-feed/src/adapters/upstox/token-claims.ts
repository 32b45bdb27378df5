import { nextTokenDeath, wallInstant, type WallInstant } from '@vega/kernel';
import { z } from 'zod';

const claims = z.object({ exp: z.int().positive() });

/**
 * When a broker token dies: its own `exp` claim where it can be read, and never later than the next 03:30 IST after it
 * came to us, since every access token dies then whatever it says.
 */
export function tokenDeath(token: string, receivedAt: WallInstant): WallInstant {
  const limit = nextTokenDeath(receivedAt);
  const parsed = claims.safeParse(readPayload(token));
  return wallInstant(parsed.success ? Math.min(parsed.data.exp * 1000, limit) : limit);
}

function readPayload(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
