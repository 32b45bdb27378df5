import { baseConfigShape, configTypes } from '@vega/platform';
import { z } from 'zod';

const ms = (min: number, max: number, fallback: number) => z.coerce.number().int().min(min).max(max).default(fallback);

/** What orders reads from its environment. */
export const configSchema = z
  .object({
    ...baseConfigShape,
    VEGA_POSTGRES_URL: configTypes.postgresUrl,
    /** Where accounts of the simulator trade. Live hosts are constants. */
    VEGA_UPSTOX_SIM_URL: configTypes.httpUrl.optional(),
    VEGA_NATS_REPLICAS: z.coerce
      .number()
      .int()
      .refine((count) => count === 1 || count === 3 || count === 5, 'must be 1, 3 or 5')
      .default(1),
    /** The door of the kill switch that works without NATS; closed without a secret. */
    VEGA_ORDERS_HOST: z.string().min(1).default('127.0.0.1'),
    VEGA_ORDERS_PORT: configTypes.port.default(0),
    VEGA_ORDERS_PANIC_SECRET: z.string().min(16).max(200).optional(),
    /** How long an account is held without renewal: a replica that waits takes over after it. */
    VEGA_ORDERS_LEASE_MS: ms(300, 60_000, 3_000),
    /** From sending an order call to the last byte of its answer. */
    VEGA_ORDERS_REQUEST_TIMEOUT_MS: ms(100, 30_000, 5_000),
    /** From the end of a lost request until its absence may be concluded. */
    VEGA_ORDERS_QUARANTINE_MS: ms(100, 120_000, 15_000),
    VEGA_ORDERS_RECONCILE_MS: ms(200, 60_000, 5_000),
    VEGA_ORDERS_DOUBT_RECONCILE_MS: ms(100, 60_000, 1_000),
    /** Multiplies the broker's rate limits, against a simulator whose limits are multiplied too. */
    VEGA_ORDERS_RATE_FACTOR: z.coerce.number().positive().max(10_000).default(1),
    /** Planted faults that the chaos test must notice. Refused unless failpoints are compiled in by VEGA_FAILPOINT_LOG. */
    VEGA_ORDERS_SABOTAGE: z.enum(['resend', 'no-epoch', 'no-quarantine']).optional(),
    VEGA_FAILPOINT_LOG: z.string().min(1).optional(),
  })
  .refine((env) => env.VEGA_ORDERS_SABOTAGE === undefined || env.VEGA_FAILPOINT_LOG !== undefined, {
    path: ['VEGA_ORDERS_SABOTAGE'],
    message: 'is for tests with failpoints only',
  });

/** The configuration of orders. */
export type OrdersConfig = z.output<typeof configSchema>;
