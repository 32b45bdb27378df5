import { OutcomeError, type Clock } from '@vega/kernel';
import { accountIdsIn, type AccessRule } from '../access.ts';
import type { Principal } from '../principal.ts';
import type { Resolved, StreamChannel } from './channel.ts';
import type { StreamLimits } from './limits.ts';
import type { StreamMetrics } from './ports.ts';
import {
  checkRequest,
  invalid,
  MessageReader,
  RATES_HZ,
  type ClientMessage,
  type MessageId,
  type RateHz,
  type ReadMessage,
  type SubscribeMessage,
} from './protocol.ts';
import { errorFrame } from './stream-errors.ts';
import type { StreamClient } from './stream-client.ts';
import type { StreamSubscription } from './stream-subscription.ts';

/** How often a client is told that its messages are dropped because they are too many. */
const LIMIT_NOTICE_MS = 1_000;

/** The subscription that is meant where a message names none. */
const USUAL_SUBSCRIPTION = 'quotes';

/** What the answers are made from. */
export interface StreamRequestParts {
  readonly channels: readonly StreamChannel[];
  readonly clock: Clock;
  readonly limits: StreamLimits;
  readonly metrics: StreamMetrics;
  readonly onFailure: (error: unknown, what: string) => void;
  readonly authenticate: (token: string, address: string) => Promise<Principal>;
  readonly checkAccess: (rule: AccessRule, principal: Principal, accountId: string | undefined) => void;
}

/** Answers the messages of clients, the same way for every channel. */
export class StreamRequests {
  private readonly reader: MessageReader;

  constructor(private readonly parts: StreamRequestParts) {
    this.reader = new MessageReader(parts.channels);
  }

  /** Handles one message of a client. Never throws; whatever is wrong with it becomes an error frame. */
  async receive(client: StreamClient, text: string | undefined): Promise<void> {
    const { metrics } = this.parts;
    if (client.closed) return;
    if (!client.budget.take()) {
      metrics.frameIn('limited');
      return this.noticeLimit(client);
    }
    const read = this.read(text);
    metrics.frameIn(read.ok ? 'ok' : 'invalid');
    if (!read.ok) return this.sendError(client, read.id, read.error);
    try {
      await this.handle(client, read.id, read.message);
    } catch (error) {
      this.sendError(client, read.id, error);
    }
  }

  /** Subscribes a client that needs all it asks for; throws for the first that is refused, and for limits. */
  async follow<Request>(
    client: StreamClient,
    channel: StreamChannel<Request>,
    asked: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const { rateHz, request } = checkRequest(channel as StreamChannel, asked);
    this.refuseWithoutAccess(client, channel as StreamChannel, request);
    const wanted = await channel.resolve(request as Request, client.principal);
    for (const error of wanted.refused?.values() ?? []) throw error;
    if (client.closed) return;
    const { subscription, items } = this.hold(client, channel.name, channel as StreamChannel, wanted, rateHz);
    await client.snapshot(subscription, items);
  }

  private read(text: string | undefined): ReadMessage {
    const { maxMessageBytes } = this.parts.limits;
    if (text === undefined) return { ok: false, id: null, error: invalid('messages are text, not binary') };
    if (Buffer.byteLength(text) > maxMessageBytes) {
      return { ok: false, id: null, error: invalid(`a message is at most ${maxMessageBytes} bytes`) };
    }
    return this.reader.read(text);
  }

  private async handle(client: StreamClient, id: MessageId, message: ClientMessage): Promise<void> {
    switch (message.op) {
      case 'authenticate':
        return this.inHand(client, () => this.authenticate(client, id, message.token));
      case 'ping':
        return client.send({ type: 'pong', id, time_ms: this.parts.clock.wallNow() });
      case 'unsubscribe': {
        const name = message.subscription ?? USUAL_SUBSCRIPTION;
        const answer = (): void => this.unsubscribe(client, id, name, message.instruments);
        return client.admission === undefined ? answer() : this.inHand(client, () => answer());
      }
      case 'resync':
        return this.inHand(client, () => this.resync(client, id, message.subscription ?? USUAL_SUBSCRIPTION));
      case 'subscribe':
        return this.inHand(client, () => this.subscribe(client, id, message));
    }
  }

  private async authenticate(client: StreamClient, id: MessageId, token: string): Promise<void> {
    const admitted = this.parts.authenticate(token, client.address).then((principal) => {
      client.authenticate(principal);
      return principal;
    });
    const admission = Promise.allSettled([client.admission, admitted]).then(() => {
      if (client.admission === admission) client.admission = undefined;
    });
    client.admission = admission;
    const { userId: user_id, role, scopes, expiresAtMs: expires_at_ms } = await admitted;
    client.send({ type: 'authenticated', id, user_id, role, scopes, expires_at_ms });
  }

  /** Throws unless the client may follow the channel, and the account that it asks for. */
  private refuseWithoutAccess(client: StreamClient, channel: StreamChannel, request: object): void {
    const { access } = channel;
    const named = 'open' in access || access.account === undefined ? [] : accountIdsIn(access.account, request);
    for (const accountId of named.length === 0 ? [undefined] : named) {
      this.parts.checkAccess(access, client.principal, accountId);
    }
  }

  private async subscribe(client: StreamClient, id: MessageId, message: SubscribeMessage): Promise<void> {
    const { channel, rateHz, request } = message;
    const name = message.subscription ?? channel.name;
    this.refuseWithoutAccess(client, channel, request);
    this.refuseWrongChannel(client, name, channel);
    const wanted = await channel.resolve(request, client.principal);
    if (client.closed) return;
    // Looked at again: another message of the same client may have been handled meanwhile.
    this.refuseWrongChannel(client, name, channel);
    const { subscription, items, reply, notices } = this.hold(client, name, channel, wanted, rateHz);
    client.send({
      ...reply,
      type: 'subscribed',
      id,
      subscription: name,
      channel: channel.name,
      rate_hz: subscription.rateHz,
      ...refusedIn(wanted),
    });
    await client.snapshot(subscription, items);
    for (const notice of notices) subscription.tell(notice);
  }

  /** Lets a client hold what is wanted, in a new subscription where it has none of the name. */
  private hold(
    client: StreamClient,
    name: string,
    channel: StreamChannel,
    wanted: Resolved,
    rateHz: RateHz | undefined,
  ) {
    const present = client.subscriptions.get(name);
    if (present === undefined) this.refuseOneMore(client);
    const subscription = present ?? client.newSubscription(name, channel, rateHz ?? RATES_HZ[0]);
    try {
      const held = subscription.content.hold(wanted);
      client.subscriptions.set(name, subscription);
      if (rateHz !== undefined) subscription.rateHz = rateHz;
      return { subscription, ...held };
    } catch (error) {
      if (present === undefined) subscription.close();
      throw error;
    }
  }

  private unsubscribe(client: StreamClient, id: MessageId, name: string, items: readonly string[] | undefined): void {
    const subscription = this.subscriptionOf(client, name);
    const narrowed = items === undefined ? undefined : subscription.content.narrow?.(items);
    if (narrowed === undefined) client.drop(subscription);
    client.send({
      type: 'unsubscribed',
      id,
      subscription: name,
      instruments: narrowed?.gone ?? null,
      remaining: narrowed?.remaining ?? 0,
    });
  }

  private async resync(client: StreamClient, id: MessageId, name: string): Promise<void> {
    const subscription = this.subscriptionOf(client, name);
    client.send({ type: 'resyncing', id, subscription: name });
    await client.snapshot(subscription, undefined);
  }

  private noticeLimit(client: StreamClient): void {
    const { limits, clock } = this.parts;
    if (clock.monotonicMs() - client.lastLimitNoticeMs < LIMIT_NOTICE_MS) return;
    client.lastLimitNoticeMs = clock.monotonicMs();
    const context = { max_messages_per_second: limits.maxMessagesPerSecond };
    const detail = 'messages beyond the limit are dropped unread';
    this.sendError(client, null, new OutcomeError('RATE_LIMITED', detail, context, true));
  }

  /**
   * Runs work that waits for others, a bounded number per client at once. What follows an `authenticate` that is not answered
   * yet waits for it, in its order.
   */
  private async inHand(client: StreamClient, work: () => Promise<void> | void): Promise<void> {
    const { maxInHand } = this.parts.limits;
    if (client.inHand >= maxInHand) {
      const context = { max_in_hand: maxInHand };
      throw new OutcomeError('RATE_LIMITED', 'too many messages wait for their answers', context, true);
    }
    client.inHand += 1;
    try {
      if (client.admission !== undefined && !client.isAuthenticated) await client.admission;
      if (!client.closed) await work();
    } finally {
      client.inHand -= 1;
    }
  }

  private subscriptionOf(client: StreamClient, name: string): StreamSubscription {
    const subscription = client.subscriptions.get(name);
    if (subscription === undefined) throw invalid(`there is no subscription "${name}"`);
    return subscription;
  }

  private refuseWrongChannel(client: StreamClient, name: string, channel: StreamChannel): void {
    const present = client.subscriptions.get(name);
    if (present === undefined || present.channel === channel) return;
    throw invalid(`"${name}" is a subscription of the channel ${present.channel.name}`);
  }

  private refuseOneMore(client: StreamClient): void {
    const { maxSubscriptions } = this.parts.limits;
    if (client.subscriptions.size < maxSubscriptions) return;
    const context = { max_subscriptions: maxSubscriptions };
    throw new OutcomeError('STREAM_LIMIT', `a client holds at most ${maxSubscriptions} subscriptions`, context);
  }

  private sendError(client: StreamClient, id: MessageId, error: unknown): void {
    client.send(errorFrame(id, error));
    if (!(error instanceof OutcomeError)) this.parts.onFailure(error, 'answering a stream message');
  }
}

/** The part of a reply that names what was asked for and is not held; only channels that refuse in part have it. */
function refusedIn({ refused }: Resolved): { refused?: { asked: string; code: string; detail: string }[] } {
  if (refused === undefined) return {};
  return { refused: [...refused].map(([asked, error]) => ({ asked, code: error.code, detail: error.message })) };
}
