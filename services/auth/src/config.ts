import { baseConfigShape, configTypes } from '@vega/platform';
import { z } from 'zod';
import { parseMasterKeys } from './adapters/crypto/envelope-vault.ts';

/** Master keys as they are written: `id:base64` of 32 bytes, separated by commas; the first is the current one. */
const masterKeys = z.string().transform((text, context) => {
  try {
    return parseMasterKeys(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});

/** What both the service and the operator's command read. */
export const storeConfigShape = {
  VEGA_POSTGRES_URL: configTypes.postgresUrl,
  /** A secret: what is encrypted at rest is encrypted under these. */
  VEGA_VAULT_KEYS: masterKeys,
} as const;

/** What auth reads from its environment. */
export const configSchema = z
  .object({
    ...baseConfigShape,
    ...storeConfigShape,
    /** Where the market comes from; `simulator` needs the simulator's address. */
    VEGA_UPSTOX_ENV: z.enum(['simulator', 'live']),
    /** Where accounts of the environment "simulator" (paper) live; there are none without it. */
    VEGA_UPSTOX_SIM_URL: configTypes.httpUrl.optional(),
    /** Where people reach the platform: logins come back to it. */
    VEGA_PUBLIC_URL: configTypes.httpUrl.transform((url) => url.replace(/\/+$/, '')),
    /** Whether anybody may register. */
    VEGA_AUTH_REGISTRATION: z.enum(['open', 'closed']).default('closed'),
    /** A user with simulator accounts for whoever tries the platform; with a simulator only. */
    VEGA_DEMO_EMAIL: z.string().min(3).optional(),
    VEGA_DEMO_PASSWORD: z.string().min(12).optional(),
    /** Copies of each stream on the NATS cluster. */
    VEGA_NATS_REPLICAS: z.coerce
      .number()
      .int()
      .refine((count) => count === 1 || count === 3 || count === 5, 'must be 1, 3 or 5')
      .default(1),
  })
  .refine(({ VEGA_UPSTOX_ENV: env, VEGA_UPSTOX_SIM_URL: url }) => env !== 'simulator' || url !== undefined, {
    path: ['VEGA_UPSTOX_SIM_URL'],
    message: 'is needed with a simulator',
    when: envIsRead,
  })
  .refine(({ VEGA_UPSTOX_ENV: env, VEGA_DEMO_EMAIL: email }) => env !== 'live' || email === undefined, {
    path: ['VEGA_DEMO_EMAIL'],
    message: 'must not be set when live',
    when: envIsRead,
  });

/** Whether the environment was given at all, so that rules across variables speak although others are bad. */
function envIsRead({ value }: { value: unknown }): boolean {
  return typeof value === 'object' && value !== null && 'VEGA_UPSTOX_ENV' in value;
}

/** The configuration of auth. */
export type AuthConfig = z.output<typeof configSchema>;
