/** What only the writer of an account can do, besides taking intents. */
import {
  type OrderIntent,
  OrderEventKind,
  type PreviewResponse,
  type RiskUsage,
  type WriterCommand,
  type WriterCommandReply,
} from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';
import { checkedOrder, decide, GREEK, marginNeedPaise } from '@vega/trading';
import type { Caller } from './writer-options.ts';
import type { MarketFacts } from './market-facts.ts';
import { readIntent } from './read-intent.ts';
import type { ActiveAccount } from './writers.ts';
import { toWireCheck, toWireDenial } from './wire-checks.ts';

/** Asks the broker what a previewed order would need and cost; absent where it cannot be asked. */
export type QuoteCosts = (
  active: ActiveAccount,
  order: {
    readonly instrumentKey: string;
    readonly quantity: number;
    readonly side: 'BUY' | 'SELL';
    readonly product: 'I' | 'D' | 'MTF';
    readonly pricePaise: number;
  },
) => Promise<Pick<PreviewResponse, 'brokerMarginPaise' | 'charges'>>;

export interface CommandDesk {
  readonly replica: string;
  readonly market: MarketFacts;
  readonly quoteCosts: QuoteCosts;
}

/** Runs a command of a caller whose account it is. */
export async function runCommand(
  active: ActiveAccount,
  { command }: WriterCommand,
  caller: Caller,
  desk: CommandDesk,
): Promise<WriterCommandReply> {
  if (command === undefined) throw new OutcomeError('BAD_REQUEST', 'the command is empty');
  switch (command.$case) {
    case 'modify':
      return { result: { $case: 'order', value: await active.changes.modify(command.value, caller) } };
    case 'cancel': {
      const { orderId, requestId } = command.value;
      return { result: { $case: 'order', value: await active.changes.cancel(orderId, caller, requestId) } };
    }
    case 'cancelAll': {
      const orderIds = await active.changes.cancelAll(command.value, caller);
      return { result: { $case: 'cancelled', value: { orderIds: [...orderIds] } } };
    }
    case 'preview':
      return { result: { $case: 'preview', value: await preview(active, command.value.intent, caller, desk) } };
    case 'reconcile': {
      const { unknown, resolved, foreign, readAtMs } = await active.reconciler.reconcile();
      const reconciled = { unknownOrders: unknown, resolved, foreignOrders: foreign, readAtMs };
      return { result: { $case: 'reconciled', value: reconciled } };
    }
    case 'getWriter':
      return { result: { $case: 'writer', value: describe(active, desk) } };
    case 'resume':
      return { result: { $case: 'resumed', value: await resume(active, caller, command.value.reason) } };
    case 'getUsage':
      return { result: { $case: 'usage', value: usageOf(active) } };
  }
}

async function preview(
  active: ActiveAccount,
  intent: OrderIntent | undefined,
  caller: Caller,
  desk: CommandDesk,
): Promise<PreviewResponse> {
  if (intent === undefined) throw new OutcomeError('BAD_REQUEST', 'intent is missing');
  await desk.market.prepare(intent.instrumentKey).catch(() => undefined);
  const { writer, reconciler, accountId } = active;
  const { terms } = readIntent(intent, accountId, desk.market.nowMs());
  const facts = writer.options.world.facts(writer.state, terms, caller);
  const { approved, denial } = decide(terms, facts);
  const order = checkedOrder(terms, facts);
  const before = bookOf(active);
  const { instrumentKey, side, product } = terms;
  const asked = { instrumentKey, side, product, quantity: terms.quantity, pricePaise: order.worthPaise };
  const costs = order.worthPaise > 0 ? await desk.quoteCosts(active, asked) : {};
  return {
    wouldAccept: approved !== undefined,
    denial: denial === undefined ? undefined : toWireDenial(denial),
    checks: (approved?.checks ?? denial?.checks ?? []).map(toWireCheck),
    slices: [...order.slices],
    pricePaise: order.limitPaise,
    reducing: order.reducing,
    estimatedMarginPaise: marginNeedPaise(order, facts) ?? 0,
    brokerMarginPaise: undefined,
    charges: undefined,
    availableMarginPaise: reconciler.money.fundsPaise,
    bookBefore: before,
    bookAfter:
      before === undefined || facts.unit === undefined
        ? undefined
        : withOrder(before, facts.unit, order.sign * terms.quantity),
    ...costs,
  };
}

type WireGreeks = NonNullable<PreviewResponse['bookBefore']>;

/** The book as it is held, without what works; undefined when an instrument of it cannot be valued. */
function bookOf({ writer }: ActiveAccount): WireGreeks | undefined {
  const { low, high, scenarios, unvalued } = writer.state.book.facts(writer.options.clock.monotonicMs());
  if (unvalued > 0) return undefined;
  // The end of the range that lies farther from zero: what the limits look at.
  const at = (n: number): number => (Math.abs(low[n] ?? 0) > Math.abs(high[n] ?? 0) ? (low[n] ?? 0) : (high[n] ?? 0));
  return {
    delta: at(GREEK.delta),
    gamma: at(GREEK.gamma),
    vega: at(GREEK.vega),
    theta: at(GREEK.theta),
    worstScenarioPaise: Math.round(Math.min(0, ...scenarios)),
  };
}

function withOrder(
  before: WireGreeks,
  unit: { readonly greeks: Float64Array; readonly scenarios: Float64Array },
  quantity: number,
): WireGreeks {
  const add = (value: number, n: number): number => value + quantity * (unit.greeks[n] ?? 0);
  return {
    delta: add(before.delta, GREEK.delta),
    gamma: add(before.gamma, GREEK.gamma),
    vega: add(before.vega, GREEK.vega),
    theta: add(before.theta, GREEK.theta),
    worstScenarioPaise: Math.round(
      Math.min(0, ...unit.scenarios.map((one) => one * quantity + before.worstScenarioPaise)),
    ),
  };
}

function describe(active: ActiveAccount, { replica, market }: CommandDesk) {
  const { writer, reconciler, connection, accountId } = active;
  const now = writer.options.clock.wallNow();
  return {
    accountId,
    replica,
    epoch: writer.epoch,
    accountSeq: writer.accountSeq,
    halted: writer.haltReason !== undefined,
    haltReason: writer.haltReason ?? '',
    unknownOrders: writer.state.unknownCount,
    reconciledAtMs: reconciler.reconciledAtMs,
    streamOpen: connection.isStreamOpen,
    marketSource: market.marketSource === 'unknown' ? '' : market.marketSource,
    marketTimeMs: market.nowMs() ?? 0,
    marketTimeExtrapolated: market.isExtrapolated,
    freeCalls: writer.state.rates.freeCalls('opening', now),
    freeExitCalls: writer.state.rates.freeCalls('exit', now),
  };
}

/** Ends the halt of an account; told as an event. */
async function resume(
  { writer, accountId }: ActiveAccount,
  caller: Caller,
  reason: string,
): Promise<{ halted: boolean }> {
  if (caller.fault !== undefined) throw new OutcomeError('PRINCIPAL_NOT_ALLOWED', caller.fault);
  return writer.run(async () => {
    if (writer.haltReason === undefined) return { halted: false };
    await writer.options.store.setHalt(accountId, undefined);
    writer.haltReason = undefined;
    const draft = writer.draft();
    draft.tellAccount(OrderEventKind.ACCOUNT_RESUMED, { source: 'request', message: `${caller.userId}: ${reason}` });
    await writer.commit(draft);
    return { halted: false };
  });
}

function usageOf(active: ActiveAccount): RiskUsage {
  const { writer, reconciler } = active;
  const { state } = writer;
  const { money } = reconciler;
  return {
    openOrders: state.book.workingCount,
    ordersToday: state.acceptedToday,
    unknownOrders: state.unknownCount,
    exposurePaise: Math.round(state.book.facts(writer.options.clock.monotonicMs()).exposurePaise),
    dayPnlPaise: money.dayPnlPaise ?? 0,
    availableMarginPaise: money.fundsPaise,
    reservedMarginPaise: state.reservedPaise,
    book: bookOf(active),
  };
}
