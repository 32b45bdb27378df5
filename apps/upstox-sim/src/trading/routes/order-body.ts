import { rupeesToPaise } from '@vega/kernel';
import { isMarket, isProtection, isStop, type OrderTerms, type OrderType, type Product } from '@vega/exchange';
import type { ApiError } from '../../server/envelope.ts';
import { apiError, type ErrorCode } from '../../server/error-codes.ts';

/** A decoded JSON object. */
export type JsonBody = Readonly<Record<string, unknown>>;

/** What a call carries as its body; anything but an object is refused. */
export function bodyOf(body: unknown): JsonBody {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw apiError('UDAPI100036');
  return body as JsonBody;
}

const ORDER_TYPES: readonly string[] = ['MARKET', 'LIMIT', 'SL', 'SL-M'];
const PRODUCTS: readonly string[] = ['I', 'D', 'MTF'];
const MAX_TAG = 40;
/** More rupees or units than any order has; beyond it figures would lose their last digit. */
const MAX_FIGURE = 1e9;

/** Which version's rules hold: the first has no protection and no slices of its own. */
export type ApiVersion = 'v2' | 'v3';

/** Checks the fields of a new order in the order in which Upstox names them. */
export function parseOrderTerms(body: JsonBody, version: ApiVersion): OrderTerms {
  const quantity = whole(body, 'quantity', 'UDAPI1053');
  if (quantity === 0) throw apiError('UDAPI1052');
  const product = oneOf(body, 'product', PRODUCTS, 'UDAPI1006', 'UDAPI1054') as Product;
  const side = oneOf(body, 'transaction_type', ['BUY', 'SELL'], 'UDAPI1005', 'UDAPI1057') as 'BUY' | 'SELL';
  const disclosedQuantity = whole(body, 'disclosed_quantity', 'UDAPI1039', 0);
  const priced = parsePricing(body, version);
  if (disclosedQuantity > 0 && disclosedQuantity * 10 < quantity) throw apiError('UDAPI1039');
  return { side, product, quantity, disclosedQuantity, ...priced };
}

/** Type, validity, price, trigger and protection: what placing and modifying have in common. */
export function parsePricing(
  body: JsonBody,
  version: ApiVersion,
): Pick<OrderTerms, 'type' | 'validity' | 'pricePaise' | 'triggerPaise' | 'protectionPercent'> {
  const type = oneOf(body, 'order_type', ORDER_TYPES, 'UDAPI1004', 'UDAPI1056') as OrderType;
  const validity = oneOf(body, 'validity', ['DAY', 'IOC'], 'UDAPI1007', 'UDAPI1055') as 'DAY' | 'IOC';
  const price = money(body, 'price', 'UDAPI1043');
  const trigger = money(body, 'trigger_price', 'UDAPI1036', isStop(type) ? undefined : 0);
  if (!isMarket(type) && price <= 0) throw apiError('UDAPI1043', { property: 'price', value: String(price) });
  if (isStop(type) && trigger <= 0) throw apiError('UDAPI1036', { property: 'trigger_price', value: String(trigger) });
  const pricing = {
    type,
    validity,
    pricePaise: isMarket(type) ? 0 : rupeesToPaise(price),
    triggerPaise: isStop(type) ? rupeesToPaise(trigger) : 0,
  };
  if (!isMarket(type)) return pricing;
  return { ...pricing, protectionPercent: protection(body, version) };
}

/** The protection of a market order. Without one it is refused; v2 place has no such field and gets the automatic one. */
function protection(body: JsonBody, version: ApiVersion): number {
  const given = body['market_protection'];
  if (given === undefined || given === null) {
    if (version === 'v2') return -1;
    throw apiError('UDAPI1158');
  }
  if (typeof given !== 'number' || !Number.isFinite(given)) throw apiError('UDAPI1177');
  if (given === 0) throw apiError('UDAPI1158');
  if (given > 25) throw apiError('UDAPI1176');
  if (!isProtection(given)) throw apiError('UDAPI1177');
  return given;
}

/** The tag of an order: at most 40 characters. */
export function parseTag(body: JsonBody): string | null {
  const tag = body['tag'];
  if (tag === undefined || tag === null || tag === '') return null;
  if (typeof tag !== 'string') throw apiError('UDAPI100036', { property: 'tag' });
  if (tag.length > MAX_TAG) throw apiError('UDAPI1119', { property: 'tag', value: tag.slice(0, 60) });
  return tag;
}

function whole(body: JsonBody, name: string, code: ErrorCode, fallback?: number): number {
  const value = body[name] ?? fallback;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > MAX_FIGURE)
    throw bad(code, name, value);
  return value;
}

/** Rupees with at most two decimals; negative or finer ones are refused. */
function money(body: JsonBody, name: string, code: ErrorCode, fallback?: number): number {
  const value = body[name] ?? fallback;
  const good = typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= MAX_FIGURE;
  if (!good) throw bad(code, name, value);
  if (Math.abs(value * 100 - Math.round(value * 100)) > 1e-6) throw bad('UDAPI100036', name, value);
  return value;
}

function oneOf(
  body: JsonBody,
  name: string,
  allowed: readonly string[],
  missing: ErrorCode,
  invalid: ErrorCode,
): string {
  const value = body[name];
  if (value === undefined || value === null || value === '') throw bad(missing, name, value);
  if (typeof value !== 'string' || !allowed.includes(value)) throw bad(invalid, name, value);
  return value;
}

function bad(code: ErrorCode, property: string, value: unknown): ApiError {
  if (value === undefined || value === null) return apiError(code, { property });
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
  return apiError(code, { property, value: text.slice(0, 60) });
}
