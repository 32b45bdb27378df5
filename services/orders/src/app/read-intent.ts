import { OrderIntent, OrderProduct, OrderPurpose, OrderSide, OrderType, OrderValidity } from '@vega/contracts';
import { OutcomeError, parseInstrumentKey } from '@vega/kernel';
import { type IntentTerms, parseOrderId } from '@vega/trading';
import { termsOf } from './tracked-order.ts';

const MAX_QTY = 1e9;
const MAX_PAISE = 1e12;
const STRATEGY = /^[A-Za-z0-9_.-]{0,64}$/;

/** How long an intent is valid unless it says so, market milliseconds. */
export const DEFAULT_VALIDITY_MS = { entry: 2_000, exit: 30_000 } as const;
/** An intent cannot ask to be kept longer than this. */
const MAX_VALIDITY_MS = 300_000;

/**
 * Reads an intent from the bus: every field in range and consistent with the others. Throws `OutcomeError` BAD_REQUEST with
 * every field at fault, or the code of a malformed id or key. `marketNowMs` fills a deadline that was left out.
 */
export function readIntent(
  intent: OrderIntent,
  accountId: string,
  marketNowMs: number | undefined,
): { readonly intent: OrderIntent; readonly terms: IntentTerms } {
  if (parseOrderId(intent.orderId) === undefined) {
    throw new OutcomeError('ORDER_ID_INVALID', 'order_id is not 26 characters of a-z and 2-7');
  }
  const key = parseInstrumentKey(intent.instrumentKey);
  if (!key.ok) throw new OutcomeError(key.error.code, key.error.message);
  const problems = faultsOf(intent, accountId);
  if (problems.length > 0) {
    throw new OutcomeError('BAD_REQUEST', problems.join('; '), { fields: problems.join('; ') });
  }
  const validity = intent.purpose === OrderPurpose.EXIT ? DEFAULT_VALIDITY_MS.exit : DEFAULT_VALIDITY_MS.entry;
  const now = marketNowMs ?? 0;
  const asked = intent.validUntilMs === 0 ? now + validity : intent.validUntilMs;
  const complete = { ...intent, validUntilMs: now === 0 ? asked : Math.min(asked, now + MAX_VALIDITY_MS) };
  const terms = termsOf(complete);
  if (terms === undefined) throw new OutcomeError('SEGMENT_UNSUPPORTED', 'this segment is not served');
  return { intent: complete, terms };
}

function faultsOf(intent: OrderIntent, accountId: string): string[] {
  const faults: string[] = [];
  const refuse = (holds: boolean, problem: string): void => {
    if (!holds) faults.push(problem);
  };
  const whole = (value: number, max: number): boolean => Number.isSafeInteger(value) && value >= 0 && value <= max;
  refuse(intent.accountId === accountId, 'account_id is not the account it was sent to');
  refuse(STRATEGY.test(intent.strategy), 'strategy is at most 64 letters, digits, ., _ and -');
  refuse(intent.side === OrderSide.BUY || intent.side === OrderSide.SELL, 'side is BUY or SELL');
  refuse(whole(intent.quantity, MAX_QTY) && intent.quantity > 0, 'quantity is a whole number from 1 to 1,000,000,000');
  const products: readonly number[] = [OrderProduct.INTRADAY, OrderProduct.DELIVERY, OrderProduct.MTF];
  refuse(products.includes(intent.product), 'product is INTRADAY, DELIVERY or MTF');
  const types: readonly number[] = [OrderType.LIMIT, OrderType.SL, OrderType.MARKET];
  refuse(types.includes(intent.orderType), 'order_type is LIMIT, SL or MARKET');
  const isMarket = intent.orderType === OrderType.MARKET;
  const isStop = intent.orderType === OrderType.SL;
  refuse(whole(intent.pricePaise, MAX_PAISE), 'price_paise is a whole number');
  refuse(isMarket === (intent.pricePaise === 0), 'price_paise is 0 for a market order and above 0 for any other');
  refuse(whole(intent.triggerPricePaise, MAX_PAISE), 'trigger_price_paise is a whole number');
  refuse(isStop === intent.triggerPricePaise > 0, 'trigger_price_paise is above 0 for a stop and 0 for any other');
  if (isStop && intent.pricePaise > 0) {
    const reaches =
      intent.side === OrderSide.BUY
        ? intent.pricePaise >= intent.triggerPricePaise
        : intent.pricePaise <= intent.triggerPricePaise;
    refuse(reaches, 'price_paise of a stop lies beyond its trigger');
  }
  const validities: readonly number[] = [OrderValidity.DAY, OrderValidity.IOC];
  refuse(validities.includes(intent.validity), 'validity is DAY or IOC');
  refuse(!(isStop && intent.validity === OrderValidity.IOC), 'a stop is valid for the day');
  refuse(whole(intent.disclosedQty, intent.quantity), 'disclosed_qty is a whole number up to the quantity');
  const purposes: readonly number[] = [OrderPurpose.UNSPECIFIED, OrderPurpose.ENTRY, OrderPurpose.EXIT];
  refuse(purposes.includes(intent.purpose), 'purpose is ENTRY or EXIT');
  refuse(whole(intent.validUntilMs, 8.64e15), 'valid_until_ms is epoch milliseconds');
  refuse(whole(intent.decidedPricePaise, MAX_PAISE), 'decided_price_paise is a whole number');
  refuse(whole(intent.decidedAtMs, 8.64e15), 'decided_at_ms is epoch milliseconds');
  refuse(whole(intent.decisionNumber, Number.MAX_SAFE_INTEGER), 'decision_number is a whole number');
  refuse(intent.decisionNumber === 0 || intent.strategy !== '', "decision_number is a strategy's: strategy is missing");
  return faults;
}

/** The bytes under which a repeated id is recognised: the intent as it came. */
export function intentBytes(intent: OrderIntent): Uint8Array {
  return OrderIntent.encode(intent).finish();
}
