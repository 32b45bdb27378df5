import type { Instrument } from '@vega/contracts';
import { OutcomeError, type Clock } from '@vega/kernel';
import type { FeedWatch } from './feed-watch.ts';
import type { InstrumentBoard } from './instrument-board.ts';
import type { InstrumentLookup } from './instrument-lookup.ts';
import type { InterestLease } from './interest-lease.ts';
import type { StreamLimits } from './limits.ts';
import type { StreamMetrics } from './ports.ts';
import {
  invalid,
  parseClientMessage,
  RATES_HZ,
  type ClientMessage,
  type MessageId,
  type RateHz,
  type SubscribeQuotes,
} from './protocol.ts';
import { errorFrame, refusalFrame } from './stream-errors.ts';
import type { QuotesSubscription } from './quotes-subscription.ts';
import type { StatusSubscription, StreamClient } from './stream-client.ts';

/** How often a client is told that its messages are dropped because they are too many. */
const LIMIT_NOTICE_MS = 1_000;

/** What the answers are made from. */
export interface StreamRequestParts {
  readonly board: InstrumentBoard;
  readonly lookup: InstrumentLookup;
  readonly lease: InterestLease;
  readonly watch: FeedWatch;
  readonly clock: Clock;
  readonly limits: StreamLimits;
  readonly metrics: StreamMetrics;
  readonly onFailure: (error: unknown, what: string) => void;
}

/** Answers the messages of clients. */
export class StreamRequests {
  constructor(private readonly parts: StreamRequestParts) {}

  /** Handles one message of a client. Never throws; whatever is wrong with it becomes an error frame. */
  async receive(client: StreamClient, text: string | undefined): Promise<void> {
    const { metrics } = this.parts;
    if (client.closed) return;
    if (!client.budget.take()) {
      metrics.frameIn('limited');
      return this.noticeLimit(client);
    }
    const parsed = this.read(text);
    metrics.frameIn(parsed.ok ? 'ok' : 'invalid');
    if (!parsed.ok) return this.sendError(client, parsed.id, parsed.error);
    try {
      await this.handle(client, parsed.id, parsed.message);
    } catch (error) {
      this.sendError(client, parsed.id, error);
    }
  }

  /** Subscribes a client that needs all of its instruments; throws for the first that is refused, and for limits. */
  async follow(client: StreamClient, instruments: readonly string[], rateHz: RateHz): Promise<void> {
    const { found, refused } = await this.parts.lookup.find(instruments);
    for (const error of refused.values()) throw error;
    if (client.closed) return;
    const { subscription, wanted } = this.hold(client, 'quotes', [...found.values()], rateHz);
    await this.snapshot(client, subscription, wanted);
  }

  /** Releases every instrument of a subscription; returns how many there were. */
  releaseAll(subscription: QuotesSubscription): number {
    const keys = [...subscription.held.keys()];
    for (const key of keys) this.release(subscription, key);
    return keys.length;
  }

  private release(subscription: QuotesSubscription, key: string): void {
    const state = subscription.drop(key);
    if (state !== undefined) this.parts.board.release(state);
  }

  /** Sends what is known of sessions and feed. */
  sendStatusTo(client: StreamClient, subscription: StatusSubscription, snapshot: boolean): void {
    subscription.seq += 1;
    const { name, seq } = subscription;
    const time_ms = this.parts.clock.wallNow();
    client.send({ type: 'status', subscription: name, seq, snapshot, time_ms, ...this.parts.watch.figures() });
  }

  private read(text: string | undefined): ReturnType<typeof parseClientMessage> {
    const { maxMessageBytes } = this.parts.limits;
    if (text === undefined) return { ok: false, id: null, error: invalid('messages are text, not binary') };
    if (Buffer.byteLength(text) > maxMessageBytes) {
      return { ok: false, id: null, error: invalid(`a message is at most ${maxMessageBytes} bytes`) };
    }
    return parseClientMessage(text);
  }

  private async handle(client: StreamClient, id: MessageId, message: ClientMessage): Promise<void> {
    switch (message.op) {
      case 'ping':
        return client.send({ type: 'pong', id, time_ms: this.parts.clock.wallNow() });
      case 'unsubscribe':
        return this.unsubscribe(client, id, message.subscription ?? 'quotes', message.instruments);
      case 'resync':
        return this.inHand(client, () => this.resync(client, id, message.subscription ?? 'quotes'));
      case 'subscribe':
        if (message.channel === 'quotes') return this.inHand(client, () => this.subscribeQuotes(client, id, message));
        return this.subscribeStatus(client, id, message.subscription ?? 'status');
    }
  }

  private async subscribeQuotes(client: StreamClient, id: MessageId, message: SubscribeQuotes): Promise<void> {
    const name = message.subscription ?? 'quotes';
    this.refuseWrongChannel(client, name, 'quotes');
    const { found, refused } = await this.parts.lookup.find(message.instruments);
    if (client.closed) return;
    // Looked at again: another message of the same client may have been handled meanwhile.
    this.refuseWrongChannel(client, name, 'quotes');
    const { subscription, wanted, added } = this.hold(client, name, [...found.values()], message.rate_hz);
    client.send({
      type: 'subscribed',
      id,
      subscription: name,
      channel: 'quotes',
      rate_hz: subscription.rateHz,
      instruments: [...found].map(([asked, one]) => ({
        asked,
        instrument_key: one.instrumentKey,
        trading_symbol: one.tradingSymbol,
      })),
      refused: [...refused].map(([asked, error]) => ({ asked, code: error.code, detail: error.message })),
    });
    await this.snapshot(client, subscription, wanted);
    this.tellEarlierRefusals(client, subscription, added);
  }

  /** Lets a client hold instruments; `wanted` and `added` are keys. */
  private hold(
    client: StreamClient,
    name: string,
    found: readonly Instrument[],
    rateHz: RateHz | undefined,
  ): { readonly subscription: QuotesSubscription; readonly wanted: string[]; readonly added: string[] } {
    const present = client.subscriptions.get(name) as QuotesSubscription | undefined;
    const wanted = [...new Map(found.map((one) => [one.instrumentKey, one])).values()];
    const added = wanted.filter((one) => present?.held.has(one.instrumentKey) !== true);
    this.refuseTooMany(client, added.length, present === undefined);
    this.parts.board.refuseBeyondRoom(added);
    const subscription = present ?? client.addQuotes(name, rateHz ?? RATES_HZ[0]);
    if (rateHz !== undefined) subscription.rateHz = rateHz;
    let grown = false;
    for (const instrument of added) {
      const { state, isNew } = this.parts.board.acquire(instrument);
      subscription.hold(state);
      client.instrumentCount += 1;
      grown ||= isNew;
    }
    if (grown) this.parts.lease.changed();
    const keysOf = (instruments: readonly Instrument[]): string[] => instruments.map((one) => one.instrumentKey);
    return { subscription, wanted: keysOf(wanted), added: keysOf(added) };
  }

  private subscribeStatus(client: StreamClient, id: MessageId, name: string): void {
    this.refuseWrongChannel(client, name, 'status');
    this.refuseTooMany(client, 0, !client.subscriptions.has(name));
    const subscription = (client.subscriptions.get(name) as StatusSubscription | undefined) ?? client.addStatus(name);
    client.send({ type: 'subscribed', id, subscription: name, channel: 'status' });
    this.sendStatusTo(client, subscription, true);
  }

  private unsubscribe(client: StreamClient, id: MessageId, name: string, instruments: string[] | undefined): void {
    const subscription = this.subscriptionOf(client, name);
    if (subscription.channel === 'status' || instruments === undefined) {
      if (subscription.channel === 'quotes') client.instrumentCount -= this.releaseAll(subscription);
      client.subscriptions.delete(name);
      return client.send({ type: 'unsubscribed', id, subscription: name, instruments: null, remaining: 0 });
    }
    const gone: string[] = [];
    const names = new Set(instruments.map((one) => one.toUpperCase()));
    for (const [key, { state }] of [...subscription.held]) {
      if (!names.has(key.toUpperCase()) && !names.has(state.tradingSymbol.toUpperCase())) continue;
      this.release(subscription, key);
      client.instrumentCount -= 1;
      gone.push(key);
    }
    client.send({ type: 'unsubscribed', id, subscription: name, instruments: gone, remaining: subscription.held.size });
  }

  private async resync(client: StreamClient, id: MessageId, name: string): Promise<void> {
    const subscription = this.subscriptionOf(client, name);
    client.send({ type: 'resyncing', id, subscription: name });
    if (subscription.channel === 'status') return this.sendStatusTo(client, subscription, true);
    await this.snapshot(client, subscription, [...subscription.held.keys()]);
  }

  private async snapshot(
    client: StreamClient,
    subscription: QuotesSubscription,
    keys: readonly string[],
  ): Promise<void> {
    const states = keys.flatMap((key) => {
      const held = subscription.held.get(key);
      if (held === undefined) return [];
      held.awaitsSnapshot = true;
      return [held.state];
    });
    await this.parts.board.ensureFresh(states);
    if (!client.closed && client.subscriptions.get(subscription.name) === subscription) {
      client.sendSnapshot(subscription, keys);
    }
  }

  private noticeLimit(client: StreamClient): void {
    const { limits, clock } = this.parts;
    if (clock.monotonicMs() - client.lastLimitNoticeMs < LIMIT_NOTICE_MS) return;
    client.lastLimitNoticeMs = clock.monotonicMs();
    const context = { max_messages_per_second: limits.maxMessagesPerSecond };
    const detail = 'messages beyond the limit are dropped unread';
    this.sendError(client, null, new OutcomeError('RATE_LIMITED', detail, context, true));
  }

  /** Runs work that waits for others, a bounded number per client at once. */
  private async inHand(client: StreamClient, work: () => Promise<void>): Promise<void> {
    const { maxInHand } = this.parts.limits;
    if (client.inHand >= maxInHand) {
      const context = { max_in_hand: maxInHand };
      throw new OutcomeError('RATE_LIMITED', 'too many messages wait for their answers', context, true);
    }
    client.inHand += 1;
    try {
      await work();
    } finally {
      client.inHand -= 1;
    }
  }

  private subscriptionOf(client: StreamClient, name: string): QuotesSubscription | StatusSubscription {
    const subscription = client.subscriptions.get(name);
    if (subscription === undefined) throw invalid(`there is no subscription "${name}"`);
    return subscription;
  }

  private refuseWrongChannel(client: StreamClient, name: string, channel: string): void {
    const present = client.subscriptions.get(name);
    if (present === undefined || present.channel === channel) return;
    throw invalid(`"${name}" is a subscription of the channel ${present.channel}`);
  }

  private refuseTooMany(client: StreamClient, added: number, isNew: boolean): void {
    const { maxInstruments, maxSubscriptions } = this.parts.limits;
    if (client.instrumentCount + added > maxInstruments) {
      const context = { max_instruments: maxInstruments, held: client.instrumentCount, asked: added };
      throw new OutcomeError('STREAM_LIMIT', `a client holds at most ${maxInstruments} instruments`, context);
    }
    if (isNew && client.subscriptions.size >= maxSubscriptions) {
      const context = { max_subscriptions: maxSubscriptions };
      throw new OutcomeError('STREAM_LIMIT', `a client holds at most ${maxSubscriptions} subscriptions`, context);
    }
  }

  /** Who comes after market-feed has refused an instrument hears of it as well. */
  private tellEarlierRefusals(client: StreamClient, subscription: QuotesSubscription, keys: readonly string[]): void {
    for (const key of keys) {
      const code = subscription.held.get(key)?.state.refusedAs;
      if (code !== undefined) client.send(refusalFrame(subscription.name, key, code));
    }
  }

  private sendError(client: StreamClient, id: MessageId, error: unknown): void {
    client.send(errorFrame(id, error));
    if (!(error instanceof OutcomeError)) this.parts.onFailure(error, 'answering a stream message');
  }
}
