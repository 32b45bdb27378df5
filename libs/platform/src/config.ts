import { z } from 'zod';

/** The environment does not describe a service that can run; the message names every bad variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const port = z.coerce.number().int().min(0).max(65_535);

/** What every service reads from its environment. Spread into a service's own schema. */
export const baseConfigShape = {
  VEGA_NATS_URL: z.url({ protocol: /^(nats|tls)$/ }),
  /** The service's nkey seed on the bus; a secret. Absent only where the server has no users. */
  VEGA_NATS_SEED: z
    .string()
    .regex(/^SU[A-Z2-7]{56}$/, 'is not the seed of an nkey user')
    .optional(),
  VEGA_OPS_HOST: z.string().min(1).default('127.0.0.1'),
  /** Health and metrics; 0 takes a free port. */
  VEGA_OPS_PORT: port.default(0),
  VEGA_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** Unique per running process; names the replica in metrics, leases and logs. */
  VEGA_REPLICA: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional(),
  /** Tracing is off unless this or the next is set. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url().optional(),
  /** Spans are appended to this file, one JSON object a line; several processes may share it. */
  VEGA_TRACE_FILE: z.string().min(1).optional(),
  /** Milliseconds a drain may take before the process ends anyway. */
  VEGA_DRAIN_MS: z.coerce.number().int().min(100).max(120_000).default(10_000),
} as const;

export type BaseConfig = z.output<z.ZodObject<typeof baseConfigShape>>;

/** Zod pieces for variables that several services have. */
export const configTypes = {
  port,
  postgresUrl: z.url({ protocol: /^postgres(ql)?$/ }),
  redisUrl: z.url({ protocol: /^rediss?$/ }),
  httpUrl: z.url({ protocol: /^https?$/ }),
} as const;

/**
 * Reads a service's configuration. Empty variables count as absent. Throws one {@link ConfigError} that names every
 * bad variable and why, never its value (it may be a secret).
 */
export function loadConfig<Shape extends z.core.$ZodLooseShape>(
  schema: z.ZodObject<Shape>,
  environment: Readonly<Record<string, string | undefined>>,
): z.output<z.ZodObject<Shape>> {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const name = issue.path.join('.') || '(all)';
    return present[name] === undefined ? `${name} is missing` : `${name}: ${issue.message}`;
  });
  throw new ConfigError(`Configuration is not usable: ${problems.join('; ')}.`);
}
