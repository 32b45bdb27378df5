import { z } from 'zod';

const lifetime = {
  /** Ends by itself after this much monotonic time. Absent: until removed. */
  durationMs: z.number().int().positive().optional(),
  /** Ends after it struck this many times (requests, frames or handshakes). Absent: unlimited. */
  times: z.number().int().positive().optional(),
};
const onRest = {
  ...lifetime,
  /** Paths that start with it; absent means every path of the broker. */ path: z.string().startsWith('/').optional(),
};
const onFeed = {
  ...lifetime,
  /** Strikes this many connections, the first that come its way. Absent: all. */ connections: z
    .number()
    .int()
    .positive()
    .optional(),
};

/** Planted protocol faults that a conformance test must notice. */
export const SABOTAGES = [
  /** Errors are answered with HTTP 200. */
  'error-status',
  /** Errors lack the camelCase spelling. */
  'snake-only',
  /** The token endpoint wraps its answer in the envelope. */
  'wrapped-token',
  /** The snapshot after a subscription is typed as live_feed. */
  'snapshot-as-live',
  /** `change_mode` and `sub` of a known key leave its mode as it was. */
  'mode-stuck',
] as const;

/** A fault as the fault port accepts it. */
export const FaultSpec = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('mute'),
    ...onFeed,
    /** False also silences pings and pongs. */ pings: z.boolean().default(true),
  }),
  z.strictObject({
    kind: z.literal('drop'),
    connections: z.number().int().positive().optional(),
    /** Close code; absent tears the socket down. */ code: z.number().int().min(1000).max(4999).optional(),
  }),
  z.strictObject({ kind: z.literal('slow'), ...onFeed, delayMs: z.number().int().positive().max(600_000) }),
  z.strictObject({ kind: z.literal('duplicate'), ...onFeed }),
  z.strictObject({ kind: z.literal('garbage'), ...onFeed }),
  z.strictObject({ kind: z.literal('401'), ...onRest }),
  z.strictObject({ kind: z.literal('429'), ...onRest }),
  z.strictObject({ kind: z.literal('5xx'), ...onRest, status: z.number().int().min(500).max(599).default(500) }),
  z.strictObject({ kind: z.literal('html403'), ...onRest }),
  z.strictObject({ kind: z.literal('latency'), ...onRest, delayMs: z.number().int().positive().max(600_000) }),
  z.strictObject({
    kind: z.literal('refuse-connections'),
    ...onRest,
    /** HTTP status of the refusal; absent tears the socket down. */ status: z
      .number()
      .int()
      .min(400)
      .max(599)
      .optional(),
  }),
  z.strictObject({
    kind: z.literal('token-death'),
    /** Only this user's tokens; absent kills all. */ userId: z.string().min(1).optional(),
  }),
  z.strictObject({ kind: z.literal('clock-shift'), durationMs: lifetime.durationMs, offsetMs: z.number().int() }),
  z.strictObject({ kind: z.literal('sabotage'), ...lifetime, what: z.enum(SABOTAGES) }),
]);
export type FaultSpec = z.infer<typeof FaultSpec>;
export type Sabotage = (typeof SABOTAGES)[number];
export type FaultKind = FaultSpec['kind'];
type SpecOf<K extends FaultKind> = Extract<FaultSpec, { kind: K }>;
export type RestFault = SpecOf<'401' | '429' | '5xx' | 'html403' | 'latency' | 'refuse-connections'>;
export type FeedFault = SpecOf<'mute' | 'slow' | 'duplicate' | 'garbage'>;
export type InstantFault = SpecOf<'drop' | 'token-death'>;

const REST_KINDS = new Set<FaultKind>(['401', '429', '5xx', 'html403', 'latency', 'refuse-connections']);
const FEED_KINDS = new Set<FaultKind>(['mute', 'slow', 'duplicate', 'garbage']);

/** Whether the fault strikes HTTP requests and handshakes. */
export function isRestFault(spec: FaultSpec): spec is RestFault {
  return REST_KINDS.has(spec.kind);
}

/** Whether the fault strikes frames of open feed connections. */
export function isFeedFault(spec: FaultSpec): spec is FeedFault {
  return FEED_KINDS.has(spec.kind);
}

/** Whether the fault happens once, when it is posted. */
export function isInstantFault(spec: FaultSpec): spec is InstantFault {
  return spec.kind === 'drop' || spec.kind === 'token-death';
}
