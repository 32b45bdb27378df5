import { z } from 'zod';

const lifetime = {
  /** Ends by itself after this much monotonic time. Absent: until removed. */
  durationMs: z.number().int().positive().optional(),
  /** Ends after it struck this many times (requests, frames or handshakes). Absent: unlimited. */
  times: z.number().int().positive().optional(),
};
/** Which of the occasions a fault strikes: all of one user or of everybody, or a seeded share of them. */
const scope = {
  /** Only this user's. Absent: everybody's. */
  userId: z.string().min(1).optional(),
  /** Strikes this share of the occasions, drawn from `seed`. Absent: all. */
  chance: z.number().min(0).max(1).optional(),
  seed: z.number().int().min(0).max(4_294_967_295).optional(),
};
const onRest = {
  ...lifetime,
  ...scope,
  /** Paths that start with it; absent means every path of the broker. */ path: z.string().startsWith('/').optional(),
};
const onBook = { ...lifetime, ...scope };
const onUpdate = {
  ...lifetime,
  ...scope,
  /** Messages of the portfolio stream, postbacks, or both. */
  way: z.enum(['stream', 'postback', 'both']).default('both'),
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
    kind: z.literal('timeout-after'),
    ...onRest,
    /** The request is carried out, durable, and answered with this status instead of its answer. */
    status: z.number().int().min(500).max(599).default(504),
  }),
  z.strictObject({
    kind: z.literal('accept-late'),
    ...onRest,
    /** The client is answered 504 at once; the request is carried out within this time afterwards, a seeded moment. */
    withinMs: z.number().int().positive().max(600_000),
  }),
  z.strictObject({
    kind: z.literal('hide-order'),
    ...onBook,
    /** Orders younger than this are missing from order book, details, history and trades. */
    forMs: z.number().int().positive().max(600_000),
  }),
  z.strictObject({
    kind: z.literal('truncate-book'),
    ...onBook,
    /** The order and trade books end after this many rows. */ keep: z.number().int().min(0),
  }),
  z.strictObject({ kind: z.literal('null-tag'), ...onBook }),
  z.strictObject({ kind: z.literal('update-duplicate'), ...onUpdate }),
  z.strictObject({ kind: z.literal('update-late'), ...onUpdate, delayMs: z.number().int().positive().max(600_000) }),
  z.strictObject({ kind: z.literal('update-reorder'), ...onUpdate }),
  z.strictObject({ kind: z.literal('update-lost'), ...onUpdate }),
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
/** Faults that refuse or delay a request before anything has come of it. */
export type RefusingFault = SpecOf<'401' | '429' | '5xx' | 'html403' | 'latency' | 'refuse-connections'>;
/** Faults after which the client does not know what has come of its request. */
export type UncertainFault = SpecOf<'timeout-after' | 'accept-late'>;
export type RestFault = RefusingFault | UncertainFault;
export type BookFault = SpecOf<'hide-order' | 'truncate-book' | 'null-tag'>;
export type UpdateFault = SpecOf<'update-duplicate' | 'update-late' | 'update-reorder' | 'update-lost'>;
export type FeedFault = SpecOf<'mute' | 'slow' | 'duplicate' | 'garbage'>;
export type InstantFault = SpecOf<'drop' | 'token-death'>;

const REST_KINDS = new Set<FaultKind>([
  '401',
  '429',
  '5xx',
  'html403',
  'latency',
  'refuse-connections',
  'timeout-after',
  'accept-late',
]);
const UPDATE_KINDS = new Set<FaultKind>(['update-duplicate', 'update-late', 'update-reorder', 'update-lost']);
const FEED_KINDS = new Set<FaultKind>(['mute', 'slow', 'duplicate', 'garbage']);

/** Whether the fault strikes HTTP requests and handshakes. */
export function isRestFault(spec: FaultSpec): spec is RestFault {
  return REST_KINDS.has(spec.kind);
}

/** Whether the fault strikes updates on their way to the account's owner. */
export function isUpdateFault(spec: FaultSpec): spec is UpdateFault {
  return UPDATE_KINDS.has(spec.kind);
}

/** Whether a request goes on to its handler although the fault has struck. */
export function isUncertain(spec: RestFault): spec is UncertainFault {
  return spec.kind === 'timeout-after' || spec.kind === 'accept-late';
}

/** Whether the fault strikes frames of open feed connections. */
export function isFeedFault(spec: FaultSpec): spec is FeedFault {
  return FEED_KINDS.has(spec.kind);
}

/** Whether the fault happens once, when it is posted. */
export function isInstantFault(spec: FaultSpec): spec is InstantFault {
  return spec.kind === 'drop' || spec.kind === 'token-death';
}
