import { subjects } from './subjects.ts';

/** A JetStream stream as data: who creates it, what it keeps and for how long. */
export interface StreamDefinition {
  readonly name: string;
  readonly owner: string;
  readonly subjects: readonly string[];
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
    storage: 'file',
    maxBytes: 64 * 1024 ** 2,
    maxAgeMs: 0,
    maxMsgsPerSubject: 1,
    duplicateWindowMs: 120_000,
    summary: 'Last market status per segment and last health per replica.',
  },
  deadLetters: {
    name: 'DEAD_LETTERS',
    owner: 'platform',
    subjects: [subjects.allDeadLetters()],
    storage: 'file',
    maxBytes: GIB,
    maxAgeMs: 30 * 24 * HOUR_MS,
    maxMsgsPerSubject: 0,
    duplicateWindowMs: 120_000,
    summary: 'Messages that a consumer could not handle, with their history in headers.',
  },
} as const satisfies Record<string, StreamDefinition>;
