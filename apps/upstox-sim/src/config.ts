import { z } from 'zod';

const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback);

const Environment = z
  .object({
    VEGA_SIM_HOST: z.string().min(1).default('127.0.0.1'),
    VEGA_SIM_PORT: port(9080),
    VEGA_SIM_STATE_DIR: z.string().min(1).default('.vega/upstox-sim'),
    VEGA_SIM_SOURCE: z.enum(['generated', 'recorded', 'live']).default('generated'),
    VEGA_SIM_RECORDED_FILE: z.string().min(1).optional(),
    VEGA_SIM_NATS_URL: z.string().min(1).optional(),
    VEGA_SIM_MASTER: z.string().min(1).optional(),
    VEGA_SIM_SPEED: z.coerce.number().positive().max(10_000).default(1),
    VEGA_SIM_STEP_MS: z.coerce.number().int().min(10).max(10_000).optional(),
    VEGA_SIM_START: z.enum(['first-subscription', 'immediately']).default('first-subscription'),
    VEGA_SIM_LOAD_PER_SECOND: z.coerce.number().int().positive().max(1_000_000).optional(),
    VEGA_SIM_LOAD_INSTRUMENTS: z.coerce.number().int().positive().max(100_000).optional(),
    VEGA_SIM_CLOCK: z.enum(['always-open', 'wall']).default('always-open'),
    VEGA_SIM_SEED: z.coerce.number().int().min(0).max(4_294_967_295).default(1),
    VEGA_SIM_FAULT_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
    VEGA_SIM_LIMITS: z.enum(['normal', 'plus']).default('normal'),
    VEGA_SIM_LIMIT_FACTOR: z.coerce.number().positive().max(1_000_000).default(1),
    VEGA_SIM_OPENING_RUPEES: z.coerce.number().int().min(0).max(1_000_000_000).default(2_500_000),
    VEGA_SIM_BROKERAGE_PAISE: z.coerce.number().int().min(0).max(1_000_000).default(2_000),
    VEGA_SIM_STATIC_IP: z.enum(['enforced', 'off']).default('enforced'),
    VEGA_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  })
  .refine((env) => env.VEGA_SIM_SOURCE !== 'generated' || (env.VEGA_SIM_SPEED >= 1 && env.VEGA_SIM_SPEED <= 600), {
    path: ['VEGA_SIM_SPEED'],
    message: 'of a generated market is from 1 to 600',
    when: ({ value }) => isRead(value, 'VEGA_SIM_SPEED'),
  })
  .refine((env) => env.VEGA_SIM_CLOCK !== 'wall' || env.VEGA_SIM_SPEED === 1, {
    path: ['VEGA_SIM_SPEED'],
    message: 'of a market that follows the wall clock is 1',
    when: ({ value }) => isRead(value, 'VEGA_SIM_SPEED'),
  })
  .refine((env) => env.VEGA_SIM_SOURCE !== 'recorded' || env.VEGA_SIM_RECORDED_FILE !== undefined, {
    path: ['VEGA_SIM_RECORDED_FILE'],
    message: 'is required when VEGA_SIM_SOURCE is recorded',
    when: ({ value }) => isRead(value, 'VEGA_SIM_SOURCE'),
  })
  .refine((env) => env.VEGA_SIM_SOURCE !== 'live' || env.VEGA_SIM_NATS_URL !== undefined, {
    path: ['VEGA_SIM_NATS_URL'],
    message: 'is required when VEGA_SIM_SOURCE is live',
    when: ({ value }) => isRead(value, 'VEGA_SIM_SOURCE'),
  })
  .refine((env) => env.VEGA_SIM_SOURCE !== 'live' || env.VEGA_SIM_MASTER !== undefined, {
    path: ['VEGA_SIM_MASTER'],
    message: 'is required when VEGA_SIM_SOURCE is live',
    when: ({ value }) => isRead(value, 'VEGA_SIM_SOURCE'),
  });

/** Whether a variable was understood on its own, so that rules across variables can speak about it. */
function isRead(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && name in value && !Number.isNaN(Reflect.get(value, name));
}

/** How a simulator was told to run. */
export interface SimulatorConfig {
  readonly host: string;
  readonly port: number;
  readonly stateDir: string;
  readonly source: 'generated' | 'recorded' | 'live';
  /** Live: where the platform's ticks are published. */
  readonly natsUrl: string | undefined;
  /** Live: file or address of the broker's instrument master. */
  readonly master: string | undefined;
  readonly recordedFile: string | undefined;
  readonly speed: number;
  /** Wall milliseconds per step of a generated market; undefined for its own choice. */
  readonly stepMs: number | undefined;
  /** When a recording begins to play. */
  readonly startWhen: 'first-subscription' | 'immediately';
  /** Artificial load of a generated market, for benchmarks. */
  readonly load: { readonly entriesPerSecond: number; readonly instruments?: number } | undefined;
  readonly sessionClock: 'always-open' | 'wall';
  readonly seed: number;
  /** Undefined: there is no fault port. */
  readonly faultPort: number | undefined;
  readonly plan: 'normal' | 'plus';
  /** Multiplies the broker's rate limits. */
  readonly limitFactor: number;
  /** What a new paper account begins with. */
  readonly openingPaise: number;
  /** The broker's flat fee per order that trades. */
  readonly brokeragePaise: number;
  /** Whether orders must come from the user's registered address. */
  readonly staticIp: 'enforced' | 'off';
  readonly logLevel: string;
}

/** Reads the environment. Throws one sentence that names every bad variable. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): SimulatorConfig {
  const given = Object.fromEntries(
    Object.entries(env).filter(([name, value]) => name in Environment.shape && value !== ''),
  );
  const parsed = Environment.safeParse(given);
  if (!parsed.success) {
    const complaints = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
    throw new Error(`bad configuration: ${complaints.join('; ')}`);
  }
  const read = parsed.data;
  return {
    host: read.VEGA_SIM_HOST,
    port: read.VEGA_SIM_PORT,
    stateDir: read.VEGA_SIM_STATE_DIR,
    source: read.VEGA_SIM_SOURCE,
    natsUrl: read.VEGA_SIM_NATS_URL,
    master: read.VEGA_SIM_MASTER,
    recordedFile: read.VEGA_SIM_RECORDED_FILE,
    speed: read.VEGA_SIM_SPEED,
    stepMs: read.VEGA_SIM_STEP_MS,
    startWhen: read.VEGA_SIM_START,
    load: loadOf(read.VEGA_SIM_LOAD_PER_SECOND, read.VEGA_SIM_LOAD_INSTRUMENTS),
    sessionClock: read.VEGA_SIM_CLOCK,
    seed: read.VEGA_SIM_SEED,
    faultPort: read.VEGA_SIM_FAULT_PORT,
    plan: read.VEGA_SIM_LIMITS,
    limitFactor: read.VEGA_SIM_LIMIT_FACTOR,
    openingPaise: read.VEGA_SIM_OPENING_RUPEES * 100,
    brokeragePaise: read.VEGA_SIM_BROKERAGE_PAISE,
    staticIp: read.VEGA_SIM_STATIC_IP,
    logLevel: read.VEGA_LOG_LEVEL,
  };
}

function loadOf(entriesPerSecond: number | undefined, instruments: number | undefined): SimulatorConfig['load'] {
  if (entriesPerSecond === undefined) return undefined;
  return instruments === undefined ? { entriesPerSecond } : { entriesPerSecond, instruments };
}
