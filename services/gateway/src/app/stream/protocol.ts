import { invariant, OutcomeError } from '@vega/kernel';
import { z } from 'zod';
import type { StreamChannel } from './channel.ts';
import type { StreamLimits } from './limits.ts';

/** Version told in the hello frame; grows only when a client of the previous one would break. */
export const STREAM_PROTOCOL = 1;

/** Updates per second at most that a subscription may ask for. */
export const RATES_HZ = [10, 2] as const;
export type RateHz = (typeof RATES_HZ)[number];

const MAX_ID_LENGTH = 64;
const id = z.union([z.string().max(MAX_ID_LENGTH), z.number().int()]).optional();
const subscription = z
  .string()
  .regex(/^[A-Za-z0-9_.:-]{1,64}$/, 'is 1 to 64 letters, digits or . _ : -')
  .optional();
const rateHz = z.literal(RATES_HZ).optional();

/** Items of a subscription in one message, such as instruments. */
export const MAX_ITEMS_ASKED = 500;

/** Longest instrument key or trading symbol. */
export const MAX_SYMBOL_LENGTH = 80;

/** Instrument keys or trading symbols as a message carries them. */
export const symbols = z.array(z.string().trim().min(1).max(MAX_SYMBOL_LENGTH)).min(1).max(MAX_ITEMS_ASKED);

const otherMessage = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('unsubscribe'), id, subscription, instruments: symbols.optional() }),
  z.strictObject({ op: z.literal('resync'), id, subscription }),
  z.strictObject({ op: z.literal('ping'), id }),
  z.strictObject({ op: z.literal('authenticate'), id, token: z.string().min(1).max(4_096) }),
]);

const subscribeFields = { op: z.literal('subscribe'), id, subscription, rate_hz: rateHz };

/** A request to follow a channel, its shape checked. */
export interface SubscribeMessage {
  readonly op: 'subscribe';
  readonly channel: StreamChannel;
  readonly subscription: string | undefined;
  readonly rateHz: RateHz | undefined;
  /** The channel's own fields. */
  readonly request: Readonly<Record<string, unknown>>;
}

/** A message from a client, its shape checked. */
export type ClientMessage = SubscribeMessage | z.output<typeof otherMessage>;
export type MessageId = string | number | null;

/** A client's text as it was read; `id` is the one to echo, also where the rest is unreadable. */
export type ReadMessage =
  | { readonly ok: true; readonly id: MessageId; readonly message: ClientMessage }
  | { readonly ok: false; readonly id: MessageId; readonly error: OutcomeError };

/** Reads the messages of clients: the common ones, and `subscribe` as the registered channels have it. */
export class MessageReader {
  private readonly channels: ReadonlyMap<string, StreamChannel>;
  private readonly schemas: ReadonlyMap<string, z.ZodType<Record<string, unknown>>>;
  private readonly subscribeHead: z.ZodType;

  constructor(channels: readonly StreamChannel[]) {
    this.channels = new Map(channels.map((channel) => [channel.name, channel]));
    this.schemas = new Map(
      channels.map(({ name, request }) => {
        const fields = { ...request, ...subscribeFields, channel: z.literal(name) };
        return [name, z.strictObject(fields) as unknown as z.ZodType<Record<string, unknown>>];
      }),
    );
    this.subscribeHead = z.object({ channel: z.enum(channels.map(({ name }) => name)) });
  }

  read(text: string): ReadMessage {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return { ok: false, id: null, error: invalid('the message is not JSON') };
    }
    const echoed = idOf(json);
    const parsed = isSubscribe(json) ? this.readSubscribe(json) : otherMessage.safeParse(json);
    if (parsed.success) return { ok: true, id: echoed, message: parsed.data };
    return { ok: false, id: echoed, error: invalid(problemsOf(parsed.error)) };
  }

  private readSubscribe(
    json: object,
  ): { success: true; data: SubscribeMessage } | { success: false; error: z.ZodError } {
    const name = 'channel' in json && typeof json.channel === 'string' ? json.channel : '';
    const parsed = (this.schemas.get(name) ?? this.subscribeHead).safeParse(json);
    if (!parsed.success) return parsed;
    const { op: _op, id: _id, channel: _channel, subscription, rate_hz, ...request } = parsed.data as Fields;
    const channel = this.channels.get(name);
    invariant(channel !== undefined, 'a message passed a schema that no channel has');
    return { success: true, data: { op: 'subscribe', channel, subscription, rateHz: rate_hz, request } };
  }
}

type Fields = Record<string, unknown> & { subscription?: string; rate_hz?: RateHz };

/** What a follower of one channel asks for, checked as a message would be. Throws `OutcomeError` BAD_REQUEST. */
export function checkRequest(
  channel: StreamChannel,
  asked: Readonly<Record<string, unknown>>,
): { readonly rateHz: RateHz | undefined; readonly request: Readonly<Record<string, unknown>> } {
  const parsed = z.strictObject({ ...channel.request, rate_hz: rateHz }).safeParse(asked);
  if (!parsed.success) throw new OutcomeError('BAD_REQUEST', problemsOf(parsed.error));
  const { rate_hz, ...request } = parsed.data as Fields;
  return { rateHz: rate_hz, request };
}

function isSubscribe(json: unknown): json is object {
  return typeof json === 'object' && json !== null && 'op' in json && json.op === 'subscribe';
}

function problemsOf(error: z.ZodError): string {
  const problems = error.issues.slice(0, 5).map((issue) => {
    const path = issue.path.map(String).join('.');
    return path === '' ? issue.message : `${path}: ${issue.message}`;
  });
  return problems.join('; ');
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

/** Something that was asked for and is not held. */
export interface RefusedItem {
  asked: string;
  code: string;
  detail: string;
}

/** Frames of the connection itself; what subscriptions are sent is put together by their channels. */
export type ServerFrame =
  | {
      type: 'hello';
      protocol: number;
      replica: string;
      time_ms: number;
      channels: readonly string[];
      /** False: the first message must be `authenticate`. */
      authenticated: boolean;
      rates_hz: readonly number[];
      heartbeat_ms: number;
      limits: Record<string, number>;
    }
  | {
      type: 'subscribed';
      id: MessageId;
      subscription: string;
      channel: string;
      rate_hz: RateHz;
      refused?: RefusedItem[];
      /** What the channel says of what is held. */
      [more: string]: unknown;
    }
  | {
      type: 'unsubscribed';
      id: MessageId;
      subscription: string;
      instruments: readonly string[] | null;
      remaining: number;
    }
  | { type: 'resyncing'; id: MessageId; subscription: string }
  | { type: 'pong'; id: MessageId; time_ms: number }
  | {
      type: 'authenticated';
      id: MessageId;
      user_id: string;
      role: string;
      scopes: readonly string[];
      expires_at_ms: number;
    }
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
