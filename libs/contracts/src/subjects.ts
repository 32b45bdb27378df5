import { instrumentKey, segmentOf, tokenOf, type InstrumentKey } from '@vega/kernel';
import { escapeToken, unescapeToken } from './subject-token.ts';
import { AccountChanged, Revocation, TokenChanged } from './gen/vega/auth/v1/account.ts';
import { Bar } from './gen/vega/md/v1/bar.ts';
import { FeedHealth, MarketStatus } from './gen/vega/md/v1/status.ts';
import { OrderEvent, OrderIntent } from './gen/vega/ord/v1/order.ts';
import { WriterCommand } from './gen/vega/ord/v1/orders_rpc.ts';
import { KillSwitch } from './gen/vega/ord/v1/risk.ts';
import { Tick } from './gen/vega/md/v1/tick.ts';
import { ChainUpdate } from './gen/vega/opt/v1/chain.ts';
import { ChainInterest, ShardHeartbeat, ShardQuestion } from './gen/vega/opt/v1/options_rpc.ts';
import type { Codec } from './codec.ts';
import type { BusParty, Party } from './parties.ts';

/** How a subject's messages reach those who want them. */
export type Delivery =
  'core' | 'core, last value kept' | 'core, captured for replay' | 'stream' | 'stream, last per subject' | 'request';

/** A family of subjects with one schema: what the reference table and AsyncAPI are generated from. */
export interface SubjectFamily<T = unknown> {
  /** Subject with its parameters in angle brackets. */
  readonly pattern: string;
  /** Who defines it; with delivery "request" who answers it. */
  readonly owner: Party;
  /** Who may publish it; with delivery "request" who may ask. Permissions on the bus are made from this. */
  readonly publishers: readonly BusParty[];
  /** Who may subscribe to it. Readers of a stream stand with the stream. */
  readonly consumers: readonly BusParty[];
  readonly schema: string;
  readonly codec: Codec<T>;
  readonly delivery: Delivery;
  readonly summary: string;
}

function family<T>(definition: SubjectFamily<T>): SubjectFamily<T> {
  return definition;
}

/** Every published subject of the platform. */
export const SUBJECT_FAMILIES = {
  tick: family<Tick>({
    pattern: 'md.v1.tick.<segment>.<token>',
    owner: 'market-feed',
    publishers: ['market-feed'],
    consumers: ['gateway', 'options', 'strategy', 'orders', 'portfolio', 'quants'],
    schema: 'vega.md.v1.Tick',
    codec: Tick,
    delivery: 'core, captured for replay',
    summary: 'The state of one instrument after each change.',
  }),
  bar: family<Bar>({
    pattern: 'md.v1.bar.<interval>.<segment>.<token>',
    owner: 'market-feed',
    publishers: ['market-feed'],
    consumers: ['gateway', 'options', 'strategy', 'quants'],
    schema: 'vega.md.v1.Bar',
    codec: Bar,
    delivery: 'stream',
    summary: 'A candle when its interval ends, and again when the broker corrects it.',
  }),
  status: family<MarketStatus>({
    pattern: 'md.v1.status.<segment>',
    owner: 'market-feed',
    publishers: ['market-feed'],
    consumers: ['gateway', 'options', 'strategy', 'orders', 'portfolio', 'quants'],
    schema: 'vega.md.v1.MarketStatus',
    codec: MarketStatus,
    delivery: 'stream, last per subject',
    summary: 'Session status of a segment at every change.',
  }),
  health: family<FeedHealth>({
    pattern: 'md.v1.health.<replica>',
    owner: 'market-feed',
    publishers: ['market-feed'],
    consumers: ['gateway', 'options', 'strategy', 'orders', 'portfolio'],
    schema: 'vega.md.v1.FeedHealth',
    codec: FeedHealth,
    delivery: 'stream, last per subject',
    summary: 'Health of one market-feed replica, each second and at every change of state.',
  }),
  chain: family<ChainUpdate>({
    pattern: 'opt.v1.chain.<underlying>.<expiry>',
    owner: 'options',
    publishers: ['options'],
    consumers: ['gateway', 'strategy', 'orders', 'portfolio', 'quants'],
    schema: 'vega.opt.v1.ChainUpdate',
    codec: ChainUpdate,
    delivery: 'core, last value kept',
    summary: 'An option chain with Greeks: whole, then what changes, conflated; whole again every few seconds.',
  }),
  chainInterest: family<ChainInterest>({
    pattern: 'opt.v1.interest.<holder>',
    owner: 'options',
    publishers: ['options'],
    consumers: ['options'],
    schema: 'vega.opt.v1.ChainInterest',
    codec: ChainInterest,
    delivery: 'core',
    summary: 'Chains that a holder wants kept live, told by the replica that took the renewal to all.',
  }),
  chainShard: family<ShardHeartbeat>({
    pattern: 'opt.v1.shard.<replica>',
    owner: 'options',
    publishers: ['options'],
    consumers: ['options'],
    schema: 'vega.opt.v1.ShardHeartbeat',
    codec: ShardHeartbeat,
    delivery: 'core',
    summary: 'Sign of life of one options replica and the underlyings that it keeps, each second.',
  }),
  chainShardAsk: family<ShardQuestion>({
    pattern: 'opt.v1.ask.<replica>',
    owner: 'options',
    publishers: ['options'],
    consumers: ['options'],
    schema: 'vega.opt.v1.ShardQuestion',
    codec: ShardQuestion,
    delivery: 'request',
    summary: 'A question that one replica of options passes on to the keeper of its underlying.',
  }),
  account: family<AccountChanged>({
    pattern: 'auth.v1.account.<account>',
    owner: 'auth',
    publishers: ['auth'],
    consumers: ['gateway', 'strategy', 'orders', 'portfolio', 'market-feed'],
    schema: 'vega.auth.v1.AccountChanged',
    codec: AccountChanged,
    delivery: 'stream, last per subject',
    summary: 'A broker account after every change, without its secrets.',
  }),
  token: family<TokenChanged>({
    pattern: 'auth.v1.token.<account>',
    owner: 'auth',
    publishers: ['auth'],
    consumers: ['gateway', 'strategy', 'orders', 'portfolio', 'market-feed'],
    schema: 'vega.auth.v1.TokenChanged',
    codec: TokenChanged,
    delivery: 'stream, last per subject',
    summary: "An account's broker token came, ended or was refused; never the token itself.",
  }),
  revocation: family<Revocation>({
    pattern: 'auth.v1.revocation.<kind>',
    owner: 'auth',
    publishers: ['auth'],
    consumers: ['auth', 'gateway', 'options', 'strategy', 'orders', 'portfolio'],
    schema: 'vega.auth.v1.Revocation',
    codec: Revocation,
    delivery: 'stream',
    summary: 'Access tokens of a session, user, API key or deployment that are void from now on.',
  }),
  orderSubmit: family<OrderIntent>({
    pattern: 'ord.v1.submit.<account>',
    owner: 'orders',
    publishers: ['gateway', 'strategy'],
    consumers: ['orders'],
    schema: 'vega.ord.v1.OrderIntent',
    codec: OrderIntent,
    delivery: 'request',
    summary: 'An intent for the one writer of the account, which answers SubmitReply after its commit.',
  }),
  orderCommand: family<WriterCommand>({
    pattern: 'ord.v1.command.<account>',
    owner: 'orders',
    publishers: ['orders'],
    consumers: ['orders'],
    schema: 'vega.ord.v1.WriterCommand',
    codec: WriterCommand,
    delivery: 'request',
    summary: 'What a replica asks of the replica that is the writer of the account.',
  }),
  orderIntent: family<OrderIntent>({
    pattern: 'ord.v1.intent.<account>',
    owner: 'orders',
    publishers: ['orders'],
    // Quant teams must not see what accounts do; the stream's readers are added with them.
    consumers: [],
    schema: 'vega.ord.v1.OrderIntent',
    codec: OrderIntent,
    delivery: 'stream',
    summary: 'Every intent as recorded, accepted or denied; nobody acts on it.',
  }),
  orderEvent: family<OrderEvent>({
    pattern: 'ord.v1.event.<account>',
    owner: 'orders',
    publishers: ['orders'],
    consumers: ['gateway', 'strategy', 'portfolio'],
    schema: 'vega.ord.v1.OrderEvent',
    codec: OrderEvent,
    delivery: 'stream',
    summary: 'Everything that happens to orders, with a gapless sequence per account.',
  }),
  killSwitch: family<KillSwitch>({
    pattern: 'risk.v1.switch.<scope>',
    owner: 'orders',
    publishers: ['orders'],
    consumers: ['gateway', 'strategy', 'orders', 'portfolio'],
    schema: 'vega.ord.v1.KillSwitch',
    codec: KillSwitch,
    delivery: 'stream, last per subject',
    summary: 'A kill switch at every change.',
  }),
} as const;

/** Builds and parses the platform's subjects. No subject literal stands anywhere else. */
export const subjects = {
  tick: (key: InstrumentKey): string => `md.v1.tick.${segmentOf(key)}.${escapeToken(tokenOf(key))}`,
  /** Ticks of a segment, or of all. */
  ticksOf: (segment?: string): string => (segment === undefined ? 'md.v1.tick.>' : `md.v1.tick.${segment}.>`),
  bar: (interval: string, key: InstrumentKey): string =>
    `md.v1.bar.${escapeToken(interval)}.${segmentOf(key)}.${escapeToken(tokenOf(key))}`,
  bars: (interval?: string): string =>
    interval === undefined ? 'md.v1.bar.>' : `md.v1.bar.${escapeToken(interval)}.>`,
  status: (segment: string): string => `md.v1.status.${escapeToken(segment)}`,
  allStatus: (): string => 'md.v1.status.*',
  health: (replica: string): string => `md.v1.health.${escapeToken(replica)}`,
  allHealth: (): string => 'md.v1.health.*',
  account: (accountId: string): string => `auth.v1.account.${escapeToken(accountId)}`,
  allAccounts: (): string => 'auth.v1.account.*',
  token: (accountId: string): string => `auth.v1.token.${escapeToken(accountId)}`,
  allTokens: (): string => 'auth.v1.token.*',
  revocation: (kind: string): string => `auth.v1.revocation.${escapeToken(kind)}`,
  allRevocations: (): string => 'auth.v1.revocation.*',
  /** Only the account's writer subscribes to it, without a queue group. */
  orderSubmit: (account: string): string => `ord.v1.submit.${escapeToken(account)}`,
  /** As {@link subjects.orderSubmit}, for what else only the writer can do. */
  orderCommand: (account: string): string => `ord.v1.command.${escapeToken(account)}`,
  orderIntent: (account: string): string => `ord.v1.intent.${escapeToken(account)}`,
  allOrderIntents: (): string => 'ord.v1.intent.*',
  orderEvent: (account: string): string => `ord.v1.event.${escapeToken(account)}`,
  allOrderEvents: (): string => 'ord.v1.event.*',
  killSwitch: (scope: string): string => `risk.v1.switch.${escapeToken(scope)}`,
  allKillSwitches: (): string => 'risk.v1.switch.*',
  rpc: (service: string, method: string): string => `rpc.v1.${escapeToken(service)}.${escapeToken(method)}`,
  chain: (underlyingKey: string, expiryDate: string): string =>
    `opt.v1.chain.${escapeToken(underlyingKey)}.${escapeToken(expiryDate)}`,
  /** Chains of one underlying, or of all. */
  chains: (underlyingKey?: string): string =>
    underlyingKey === undefined ? 'opt.v1.chain.>' : `opt.v1.chain.${escapeToken(underlyingKey)}.*`,
  chainInterest: (holder: string): string => `opt.v1.interest.${escapeToken(holder)}`,
  allChainInterest: (): string => 'opt.v1.interest.*',
  chainShard: (replica: string): string => `opt.v1.shard.${escapeToken(replica)}`,
  allChainShards: (): string => 'opt.v1.shard.*',
  chainShardAsk: (replica: string): string => `opt.v1.ask.${escapeToken(replica)}`,
  deadLetter: (consumer: string): string => `dlq.v1.${escapeToken(consumer)}`,
  allDeadLetters: (): string => 'dlq.v1.*',
} as const;

/** The instrument key of a tick subject; undefined for any other subject. */
export function parseTickSubject(subject: string): InstrumentKey | undefined {
  const parts = subject.split('.');
  if (parts.length !== 5 || parts[0] !== 'md' || parts[1] !== 'v1' || parts[2] !== 'tick') return undefined;
  return keyOf(parts[3], parts[4]);
}

/** The interval and instrument key of a bar subject; undefined for any other subject. */
export function parseBarSubject(subject: string): { interval: string; key: InstrumentKey } | undefined {
  const parts = subject.split('.');
  if (parts.length !== 6 || parts[0] !== 'md' || parts[1] !== 'v1' || parts[2] !== 'bar') return undefined;
  const interval = unescapeToken(parts[3] ?? '');
  const key = keyOf(parts[4], parts[5]);
  return interval === undefined || key === undefined ? undefined : { interval, key };
}

/** The underlying's key and the expiry of a chain subject; undefined for any other subject. */
export function parseChainSubject(subject: string): { underlyingKey: string; expiryDate: string } | undefined {
  const parts = subject.split('.');
  if (parts.length !== 5 || parts[0] !== 'opt' || parts[1] !== 'v1' || parts[2] !== 'chain') return undefined;
  const [underlyingKey, expiryDate] = [unescapeToken(parts[3] ?? ''), unescapeToken(parts[4] ?? '')];
  return underlyingKey === undefined || expiryDate === undefined ? undefined : { underlyingKey, expiryDate };
}

function keyOf(segment: string | undefined, token: string | undefined): InstrumentKey | undefined {
  const plain = token === undefined ? undefined : unescapeToken(token);
  return segment === undefined || plain === undefined ? undefined : instrumentKey(`${segment}|${plain}`);
}
