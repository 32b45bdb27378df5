import { OutcomeError } from '@vega/kernel';
import { z } from 'zod';
import type { StreamLimits } from './limits.ts';
import type { StatusFigures } from './feed-watch.ts';
import type { InstrumentState } from './instrument-state.ts';

/** Version told in the hello frame; grows only when a client of the previous one would break. */
export const STREAM_PROTOCOL = 1;

/** What can be subscribed. */
export const CHANNELS = ['quotes', 'status'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Updates per second at most that a subscription may ask for. */
export const RATES_HZ = [10, 2] as const;
export type RateHz = (typeof RATES_HZ)[number];

/** Longest instrument key or trading symbol. */
export const MAX_SYMBOL_LENGTH = 80;

const MAX_ID_LENGTH = 64;
const id = z.union([z.string().max(MAX_ID_LENGTH), z.number().int()]).optional();
const subscription = z
  .string()
  .regex(/^[A-Za-z0-9_.:-]{1,64}$/, 'is 1 to 64 letters, digits or . _ : -')
  .optional();
const symbol = z.string().trim().min(1).max(MAX_SYMBOL_LENGTH);
/** Instruments in one message. */
export const MAX_INSTRUMENTS_ASKED = 500;
const instruments = z.array(symbol).min(1).max(MAX_INSTRUMENTS_ASKED);

const clientMessage = z.discriminatedUnion('op', [
  z.discriminatedUnion('channel', [
    z.strictObject({
      op: z.literal('subscribe'),
      id,
      channel: z.literal('quotes'),
      subscription,
      instruments,
      rate_hz: z.literal(RATES_HZ).optional(),
    }),
    z.strictObject({ op: z.literal('subscribe'), id, channel: z.literal('status'), subscription }),
  ]),
  z.strictObject({ op: z.literal('unsubscribe'), id, subscription, instruments: instruments.optional() }),
  z.strictObject({ op: z.literal('resync'), id, subscription }),
  z.strictObject({ op: z.literal('ping'), id }),
]);

/** A message from a client, its shape checked. */
export type ClientMessage = z.output<typeof clientMessage>;
export type SubscribeQuotes = Extract<ClientMessage, { channel: 'quotes' }>;
export type SubscribeStatus = Extract<ClientMessage, { channel: 'status' }>;
export type MessageId = string | number | null;

/** Parses a client's text. `id` is the one to echo, also where the rest is unreadable. */
export function parseClientMessage(
  text: string,
):
  | { readonly ok: true; readonly id: MessageId; readonly message: ClientMessage }
  | { readonly ok: false; readonly id: MessageId; readonly error: OutcomeError } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, id: null, error: invalid('the message is not JSON') };
  }
  const echoed = idOf(json);
  const parsed = clientMessage.safeParse(json);
  if (parsed.success) return { ok: true, id: echoed, message: parsed.data };
  const problems = parsed.error.issues.slice(0, 5).map((issue) => {
    const path = issue.path.map(String).join('.');
    return path === '' ? issue.message : `${path}: ${issue.message}`;
  });
  return { ok: false, id: echoed, error: invalid(problems.join('; ')) };
}

/** The refusal of a frame that does not fit the protocol. */
export function invalid(message: string): OutcomeError {
  return new OutcomeError('STREAM_MESSAGE_INVALID', message);
}

function idOf(json: unknown): MessageId {
  if (typeof json !== 'object' || json === null || !('id' in json)) return null;
  if (typeof json.id === 'number' && Number.isSafeInteger(json.id)) return json.id;
  return typeof json.id === 'string' && json.id.length <= MAX_ID_LENGTH ? json.id : null;
}

/** An instrument that a subscription holds: as it was asked for and as it is named in frames. */
export interface HeldInstrument {
  asked: string;
  instrument_key: string;
  trading_symbol: string;
}

/** An instrument that was asked for and is not held. */
export interface RefusedInstrument {
  asked: string;
  code: string;
  detail: string;
}

/** Frames that are sent as they are; `quotes` frames are put together from shared parts in {@link quotesFrame}. */
export type ServerFrame =
  | {
      type: 'hello';
      protocol: number;
      replica: string;
      time_ms: number;
      channels: readonly string[];
      rates_hz: readonly number[];
      heartbeat_ms: number;
      limits: Record<string, number>;
    }
  | {
      type: 'subscribed';
      id: MessageId;
      subscription: string;
      channel: Channel;
      rate_hz?: RateHz;
      instruments?: HeldInstrument[];
      refused?: RefusedInstrument[];
    }
  | { type: 'unsubscribed'; id: MessageId; subscription: string; instruments: string[] | null; remaining: number }
  | { type: 'resyncing'; id: MessageId; subscription: string }
  | { type: 'pong'; id: MessageId; time_ms: number }
  | ({ type: 'status'; subscription: string; seq: number; snapshot: boolean; time_ms: number } & StatusFigures)
  | {
      type: 'error';
      id: MessageId;
      code: string;
      detail: string;
      retryable: boolean;
      context: Readonly<Record<string, unknown>>;
    }
  | { type: 'bye'; code: string; detail: string; reconnect_after_ms: number | null };

/** What a client is told of the bounds it lives in. */
export function helloLimits(limits: StreamLimits): Record<string, number> {
  return {
    max_instruments: limits.maxInstruments,
    max_subscriptions: limits.maxSubscriptions,
    max_message_bytes: limits.maxMessageBytes,
    max_messages_per_second: limits.maxMessagesPerSecond,
    max_unsent_bytes: limits.hardBufferBytes,
    stall_ms: limits.stallMs,
  };
}

/** What one subscription is sent at once. */
export interface QuotesBatch {
  readonly subscription: string;
  readonly seq: number;
  readonly snapshot: boolean;
  readonly states: readonly InstrumentState[];
  /** Instruments of a snapshot of which nothing is known. */
  readonly unavailable: readonly string[];
}

/** What one subscription is sent within a quotes frame, as JSON. */
export interface FragmentBatch {
  readonly subscription: string;
  readonly seq: number;
  readonly snapshot: boolean;
  /** Serialised quotes, shared with other clients. */
  readonly fragments: readonly Buffer[];
  /** Instruments of a snapshot of which nothing is known. */
  readonly unavailable: readonly string[];
}

const COMMA = 0x2c;
const CLOSE_BATCH = Buffer.from(']}');
const CLOSE_FRAME = Buffer.from(']}');

/** One quotes frame in UTF-8: each fragment is copied once, none is serialised again. */
export function quotesFrame(timeMs: number, batches: readonly FragmentBatch[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`{"type":"quotes","time_ms":${timeMs},"subscriptions":[`)];
  let length = 0;
  for (const [index, batch] of batches.entries()) {
    const unavailable = batch.unavailable.length === 0 ? '' : `"unavailable":${JSON.stringify(batch.unavailable)},`;
    parts.push(
      Buffer.from(
        `${index === 0 ? '' : ','}{"subscription":"${batch.subscription}","seq":${batch.seq},` +
          `"snapshot":${batch.snapshot},${unavailable}"quotes":[`,
      ),
    );
    for (const fragment of batch.fragments) parts.push(fragment);
    length += Math.max(0, batch.fragments.length - 1);
    parts.push(CLOSE_BATCH);
  }
  parts.push(CLOSE_FRAME);
  for (const part of parts) length += part.length;
  return joined(parts, length);
}

/** Joins the parts; two that both are JSON objects get a comma between them. */
function joined(parts: readonly Buffer[], length: number): Buffer {
  const OPEN_BRACE = 0x7b;
  const CLOSE_BRACE = 0x7d;
  const frame = Buffer.allocUnsafe(length);
  let at = 0;
  for (const part of parts) {
    if (at > 0 && frame[at - 1] === CLOSE_BRACE && part[0] === OPEN_BRACE) {
      frame[at] = COMMA;
      at += 1;
    }
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}
