import type { Party } from './parties.ts';
import { subjects } from './subjects.ts';

/** One way in which somebody reads a stream. Permissions on the bus and the consumers themselves are made from this. */
export type StreamReader =
  | DurableReader
  /** Asks for the last message of a subject; which subjects follows from the families that the party consumes. */
  | { readonly party: Party; readonly lastValues: true }
  /** Quant teams: a copy in their own account, each team with a durable of its own on it. */
  | { readonly party: 'quants'; readonly copyMaxBytes: number };

/** A durable pull consumer, made before the services start. */
export interface DurableReader {
  readonly party: Party;
  /** Name of the consumer: where reading goes on after a restart. */
  readonly durable: string;
  /** Default: every subject of the stream. */
  readonly filterSubjects?: readonly string[];
  /** Messages in hand at most; 256 unless given. */
  readonly maxInHand?: number;
  /** Milliseconds without a sign of life after which a message is given to somebody else; 30,000 unless given. */
  readonly ackWaitMs?: number;
  /** The party makes the consumer itself, at a position that only it knows. */
  readonly madeByReader?: true;
}

/** A JetStream stream as data: who creates it, what it keeps and for how long. */
export interface StreamDefinition {
  readonly name: string;
  readonly owner: Party | 'platform';
  readonly subjects: readonly string[];
  readonly readers: readonly StreamReader[];
  readonly storage: 'file' | 'memory';
  /** Bytes kept at most; the oldest go first. */
  readonly maxBytes: number;
  /** Milliseconds a message is kept at most; 0 = until another limit. */
  readonly maxAgeMs: number;
  /** Messages kept per subject; 0 = until another limit. */
  readonly maxMsgsPerSubject: number;
  /** Window within which a repeated Nats-Msg-Id is dropped. */
  readonly duplicateWindowMs: number;
  readonly summary: string;
}

const HOUR_MS = 3_600_000;
const GIB = 1024 ** 3;

/** Every stream of the platform. */
export const STREAMS = {
  ticks: {
    name: 'MD_TICKS',
    owner: 'market-feed',
    subjects: [subjects.ticksOf()],
    readers: [
      { party: 'market-feed-archiver', durable: 'archiver', madeByReader: true },
      { party: 'quants', copyMaxBytes: GIB / 2 },
    ],
    storage: 'file',
    maxBytes: 2 * GIB,
    maxAgeMs: 24 * HOUR_MS,
    maxMsgsPerSubject: 0,
    duplicateWindowMs: 120_000,
    summary: 'Every tick, for short replay and for the archiver.',
  },
  bars: {
    name: 'MD_BARS',
    owner: 'market-feed',
    subjects: [subjects.bars()],
    readers: [{ party: 'quants', copyMaxBytes: GIB / 2 }],
    storage: 'file',
    maxBytes: GIB,
    maxAgeMs: 7 * 24 * HOUR_MS,
    maxMsgsPerSubject: 0,
    duplicateWindowMs: 120_000,
    summary: 'Every bar and its revisions.',
  },
  status: {
    name: 'MD_STATUS',
    owner: 'market-feed',
    subjects: [subjects.allStatus(), subjects.allHealth()],
    readers: [
      { party: 'gateway', lastValues: true },
      { party: 'options', lastValues: true },
      { party: 'strategy', lastValues: true },
      { party: 'orders', lastValues: true },
      { party: 'portfolio', lastValues: true },
      { party: 'quants', copyMaxBytes: 64 * 1024 ** 2 },
    ],
    storage: 'file',
    maxBytes: 64 * 1024 ** 2,
    maxAgeMs: 0,
    maxMsgsPerSubject: 1,
    duplicateWindowMs: 120_000,
    summary: 'Last market status per segment and last health per replica.',
  },
  authState: {
    name: 'AUTH_STATE',
    owner: 'auth',
    subjects: [subjects.allAccounts(), subjects.allTokens()],
    readers: [],
    storage: 'file',
    maxBytes: 64 * 1024 ** 2,
    maxAgeMs: 0,
    maxMsgsPerSubject: 1,
    duplicateWindowMs: 120_000,
    summary: 'Last state of each broker account and of its token.',
  },
  revocations: {
    name: 'AUTH_REVOCATIONS',
    owner: 'auth',
    subjects: [subjects.allRevocations()],
    readers: [],
    storage: 'file',
    maxBytes: 64 * 1024 ** 2,
    maxAgeMs: HOUR_MS,
    maxMsgsPerSubject: 0,
    duplicateWindowMs: 120_000,
    summary: 'Access tokens that were made void.',
  },
  orderIntents: {
    name: 'ORD_INTENTS',
    owner: 'orders',
    subjects: [subjects.allOrderIntents()],
    readers: [],
    storage: 'file',
    maxBytes: GIB,
    maxAgeMs: 7 * 24 * HOUR_MS,
    maxMsgsPerSubject: 0,
    duplicateWindowMs: 120_000,
    summary: 'Intents as recorded.',
  },
  orderEvents: {
    name: 'ORD_EVENTS',
    owner: 'orders',
    subjects: [subjects.allOrderEvents()],
    readers: [],
    storage: 'file',
    maxBytes: 2 * GIB,
    maxAgeMs: 7 * 24 * HOUR_MS,
    maxMsgsPerSubject: 0,
    duplicateWindowMs: 120_000,
    summary: 'What happens to orders; PostgreSQL is the record.',
  },
  killSwitches: {
    name: 'RISK_SWITCHES',
    owner: 'orders',
    subjects: [subjects.allKillSwitches()],
    readers: [
      { party: 'gateway', lastValues: true },
      { party: 'strategy', lastValues: true },
      { party: 'orders', lastValues: true },
    ],
    storage: 'file',
    maxBytes: 64 * 1024 ** 2,
    maxAgeMs: 0,
    maxMsgsPerSubject: 1,
    duplicateWindowMs: 120_000,
    summary: 'The last word of each kill switch.',
  },
  deadLetters: {
    name: 'DEAD_LETTERS',
    owner: 'platform',
    subjects: [subjects.allDeadLetters()],
    readers: [],
    storage: 'file',
    maxBytes: GIB,
    maxAgeMs: 30 * 24 * HOUR_MS,
    maxMsgsPerSubject: 0,
    duplicateWindowMs: 120_000,
    summary: 'Messages that a consumer could not handle, with their history in headers.',
  },
} as const satisfies Record<string, StreamDefinition>;
