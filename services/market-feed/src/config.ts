import { baseConfigShape, configTypes } from '@vega/platform';
import { z } from 'zod';

/** A list of symbols as one writes it in a variable: separated by commas, spaces around them ignored. */
const symbolList = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((symbol) => symbol.trim())
      .filter((symbol) => symbol !== ''),
  );

/** What market-feed reads from its environment. */
export const configSchema = z
  .object({
    ...baseConfigShape,
    VEGA_POSTGRES_URL: configTypes.postgresUrl,
    VEGA_REDIS_URL: configTypes.redisUrl,
    /** Chooses the broker's hosts, for good: live hosts are constants. */
    VEGA_UPSTOX_ENV: z.enum(['simulator', 'live']),
    VEGA_UPSTOX_SIM_URL: configTypes.httpUrl.optional(),
    /** A file with the day's access token, replaced every morning: instead of auth, where there is none. */
    VEGA_UPSTOX_TOKEN_FILE: z.string().min(1).optional(),
    /** The broker's plan: it decides how many instruments fit on the feed. */
    VEGA_UPSTOX_PLAN: z.enum(['normal', 'plus']).default('normal'),
    /** Underlyings that are always streamed, keys or trading symbols; empty means all that have derivatives. */
    VEGA_FEED_UNDERLYINGS: symbolList,
    /** Copies of each stream on the NATS cluster. */
    VEGA_NATS_REPLICAS: z.coerce
      .number()
      .int()
      .refine((count) => count === 1 || count === 3 || count === 5, 'must be 1, 3 or 5')
      .default(1),
    /** Every how many ticks one is traced to the clients it is sent to; 0 traces none. */
    VEGA_TRACE_TICK_EVERY: z.coerce.number().int().min(0).max(1_000_000_000).default(0),
  })
  .refine(({ VEGA_UPSTOX_ENV: env, VEGA_UPSTOX_SIM_URL: url }) => env !== 'simulator' || url !== undefined, {
    path: ['VEGA_UPSTOX_SIM_URL'],
    message: 'is needed with a simulator',
    when: envIsRead,
  })
  .refine(({ VEGA_UPSTOX_ENV: env, VEGA_UPSTOX_SIM_URL: url }) => env !== 'live' || url === undefined, {
    path: ['VEGA_UPSTOX_SIM_URL'],
    message: 'must not be set when live',
    when: envIsRead,
  });

/** Whether the environment was given at all, so that rules across variables speak although others are bad. */
function envIsRead({ value }: { value: unknown }): boolean {
  return typeof value === 'object' && value !== null && 'VEGA_UPSTOX_ENV' in value;
}

/** The configuration of market-feed. */
export type MarketFeedConfig = z.output<typeof configSchema>;
