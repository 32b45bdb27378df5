import { istDateOf, paiseToRupees, parseIstDate, type IstDate } from '@vega/kernel';
import type { ChargeNote, Closing, Trade } from '@vega/exchange';
import { apiError, type ErrorCode } from '../../server/error-codes.ts';
import { success } from '../../server/envelope.ts';
import { USER_TOKENS, type Route, type UserCall } from '../../server/route.ts';
import type { SimContext } from '../../server/sim-context.ts';
import { averageRupees } from '../views/order-view.ts';

const PAGE_LIMIT = 5_000;
const SEGMENTS = ['EQ', 'FO', 'COM', 'CD', 'MF'];

/** Trades of earlier days, and the profit-and-loss report. */
export function historyReportRoutes(context: SimContext): Route[] {
  const route = (path: string, handle: (call: UserCall) => unknown): Route => ({
    method: 'GET',
    path,
    accepts: USER_TOKENS,
    handle: (call) => context.hall.read(() => handle(call)),
  });
  return [
    route('/v2/charges/historical-trades', (call) => historicalTrades(context, call)),
    route('/v2/trade/profit-loss/metadata', (call) =>
      success({ trades_count: closings(context, call).length, page_size_limit: PAGE_LIMIT }),
    ),
    route('/v2/trade/profit-loss/data', (call) => profitAndLoss(context, call)),
    route('/v2/trade/profit-loss/charges', (call) => success({ charges_breakdown: chargesBreakdown(context, call) })),
  ];
}

function historicalTrades(context: SimContext, { grant, query }: UserCall): unknown {
  const segment = query.get('segment');
  if (segment !== null && segment !== '' && !SEGMENTS.includes(segment)) throw apiError('UDAPI1066');
  const from = dateOf(query.get('start_date'), 'UDAPI1068');
  const to = dateOf(query.get('end_date'), 'UDAPI1069');
  const { page, size } = pageOf(query);
  const account = context.hall.account(grant.userId);
  const today = istDateOf(context.hall.market.now());
  const all = [...account.pastTrades, ...account.trades].filter(
    (trade) =>
      trade.date >= from && trade.date <= to && trade.date < today && inSegment(trade.instrument.kind, segment),
  );
  const pageInfo = {
    page_number: page,
    page_size: size,
    total_records: all.length,
    total_pages: Math.ceil(all.length / size),
  };
  const rows = all.slice((page - 1) * size, page * size).map(tradeRow);
  return success(rows, { meta_data: { page: pageInfo }, metaData: { page: pageInfo } });
}

function tradeRow({ instrument, quantity, pricePaise, tradeId, date, side }: Trade): Record<string, unknown> {
  return {
    exchange: instrument.segment.slice(0, 3),
    segment: instrument.kind === 'equity' ? 'EQ' : 'FO',
    option_type: instrument.right ?? '',
    quantity,
    amount: paiseToRupees(quantity * pricePaise),
    trade_id: tradeId,
    trade_date: date,
    transaction_type: side,
    scrip_name: instrument.symbol,
    strike_price: instrument.strikePaise === undefined ? '' : String(paiseToRupees(instrument.strikePaise)),
    expiry: instrument.expiry ?? '',
    price: paiseToRupees(pricePaise),
    isin: instrument.isin ?? '',
    symbol: instrument.symbol,
    instrument_token: instrument.key,
  };
}

function profitAndLoss(context: SimContext, call: UserCall): unknown {
  const rows = closings(context, call);
  const { page, size } = pageOf(call.query);
  return success(rows.slice((page - 1) * size, page * size).map(closingRow));
}

function closingRow(closing: Closing): Record<string, unknown> {
  const long = closing.openedBy === 'BUY';
  const bought = long ? closing.openedPaise : closing.closedPaise;
  const sold = long ? closing.closedPaise : closing.openedPaise;
  return {
    quantity: closing.quantity,
    isin: closing.instrument.isin ?? '',
    scrip_name: closing.instrument.symbol,
    trade_type: closing.instrument.kind === 'equity' ? 'EQ' : closing.instrument.kind === 'future' ? 'FUT' : 'OPT',
    buy_date: dayFirst(long ? closing.openedOn : closing.date),
    buy_average: averageRupees(bought, closing.quantity),
    sell_date: dayFirst(long ? closing.date : closing.openedOn),
    sell_average: averageRupees(sold, closing.quantity),
    buy_amount: paiseToRupees(bought),
    sell_amount: paiseToRupees(sold),
  };
}

function chargesBreakdown(context: SimContext, call: UserCall): Record<string, unknown> {
  const { from, to } = reportRange(call.query);
  const notes = context.hall.account(call.grant.userId).paidCharges.filter(({ date }) => date >= from && date <= to);
  const sum = (pick: (note: ChargeNote) => number): number =>
    paiseToRupees(notes.reduce((total, { note }) => total + pick(note), 0));
  return {
    total: sum((note) => note.totalPaise),
    brokerage: sum((note) => note.brokeragePaise),
    taxes: {
      gst: sum((note) => note.gstPaise),
      stt: sum((note) => note.sttPaise),
      stamp_duty: sum((note) => note.stampPaise),
    },
    charges: {
      transaction: sum((note) => note.transactionPaise),
      clearing: 0,
      others: 0,
      sebi_turnover: sum((note) => note.sebiPaise),
      demat_transaction: 0,
    },
  };
}

function closings(context: SimContext, { grant, query }: UserCall): Closing[] {
  const { from, to, segment } = reportRange(query);
  return context.hall
    .account(grant.userId)
    .closings.filter(({ date, instrument }) => date >= from && date <= to && inSegment(instrument.kind, segment));
}

/** Segment, financial year and optional dates (dd-mm-yyyy) of a report. */
function reportRange(query: URLSearchParams): { segment: string; from: IstDate; to: IstDate } {
  const segment = query.get('segment');
  if (segment === null || segment === '') throw apiError('UDAPI1067');
  if (!SEGMENTS.includes(segment)) throw apiError('UDAPI1066');
  const year = query.get('financial_year');
  if (year === null || year === '') throw apiError('UDAPI1070');
  if (!/^\d{4}$/.test(year) || (Number(year.slice(0, 2)) + 1) % 100 !== Number(year.slice(2)))
    throw apiError('UDAPI1073');
  const first = dateOf(`20${year.slice(0, 2)}-04-01`, 'UDAPI1073');
  const last = dateOf(`20${year.slice(2)}-03-31`, 'UDAPI1073');
  const from = dayFirstDate(query.get('from_date'), first, 'UDAPI1068');
  const to = dayFirstDate(query.get('to_date'), last, 'UDAPI1069');
  if (from < first || to > last || from > to) throw apiError('UDAPI1105:dates');
  return { segment, from, to };
}

function dayFirstDate(text: string | null, fallback: IstDate, code: ErrorCode): IstDate {
  if (text === null || text === '') return fallback;
  const [, day, month, year] = /^(\d{2})-(\d{2})-(\d{4})$/.exec(text) ?? [];
  return dateOf(`${year}-${month}-${day}`, code);
}

function dateOf(text: string | null, code: ErrorCode): IstDate {
  const date = text === null ? undefined : parseIstDate(text);
  if (date === undefined) throw apiError(code);
  return date;
}

function pageOf(query: URLSearchParams): { page: number; size: number } {
  const page = query.get('page_number');
  const size = query.get('page_size');
  if (page === null || !(Number(page) >= 1)) throw apiError('UDAPI1071');
  if (size === null) throw apiError('UDAPI1072');
  if (!(Number(size) >= 1)) throw apiError('UDAPI1106');
  if (Number(size) > PAGE_LIMIT) throw apiError('UDAPI1107');
  return { page: Math.floor(Number(page)), size: Math.floor(Number(size)) };
}

function inSegment(kind: Trade['instrument']['kind'], segment: string | null): boolean {
  return segment === null || segment === '' || (kind === 'equity' ? segment === 'EQ' : segment === 'FO');
}

function dayFirst(date: IstDate): string {
  return date.split('-').reverse().join('-');
}
