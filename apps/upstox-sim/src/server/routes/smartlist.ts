import type { MasterRow, SimQuote } from '../../market/market-source.ts';
import { success } from '../envelope.ts';
import { apiError } from '../error-codes.ts';
import { MARKET_TOKENS, type Route, type UserCall } from '../route.ts';
import type { SimContext } from '../sim-context.ts';

/** What a category ranks by: the value now and before, and whether the smallest come first. */
interface Ranking {
  readonly metricKey: string;
  readonly current: (subject: Subject) => number;
  readonly previous: (subject: Subject) => number;
  readonly keep?: (subject: Subject) => boolean;
  readonly ascending?: boolean;
}

interface Subject {
  readonly row: MasterRow;
  readonly quote: SimQuote;
  readonly spot: number;
}

const turnover = ({ quote }: Subject): number => quote.vtt * quote.atp;
const oiChange = ({ quote }: Subject): number => quote.oi - (quote.previousOi ?? 0);
const premium = ({ quote, spot }: Subject): number => quote.ltp - spot;
const nothing = (): number => 0;

const FUTURES: Readonly<Record<string, Ranking>> = {
  TOP_TRADED: { metricKey: 'turnover', current: turnover, previous: nothing },
  MOST_ACTIVE: { metricKey: 'volume', current: ({ quote }) => quote.vtt, previous: nothing },
  OI_GAINERS: {
    metricKey: 'oi',
    current: ({ quote }) => quote.oi,
    previous: ({ quote }) => quote.previousOi ?? 0,
    keep: (subject) => oiChange(subject) > 0,
  },
  OI_LOSERS: {
    metricKey: 'oi',
    current: ({ quote }) => quote.oi,
    previous: ({ quote }) => quote.previousOi ?? 0,
    keep: (subject) => oiChange(subject) < 0,
    ascending: true,
  },
  PRICE_GAINERS: {
    metricKey: 'price',
    current: ({ quote }) => quote.ltp,
    previous: ({ quote }) => quote.cp,
    keep: ({ quote }) => quote.ltp > quote.cp,
  },
  PRICE_LOSERS: {
    metricKey: 'price',
    current: ({ quote }) => quote.ltp,
    previous: ({ quote }) => quote.cp,
    keep: ({ quote }) => quote.ltp < quote.cp,
    ascending: true,
  },
  PREMIUM: { metricKey: 'premium', current: premium, previous: nothing, keep: (subject) => premium(subject) > 0 },
  DISCOUNT: {
    metricKey: 'discount',
    current: premium,
    previous: nothing,
    keep: (subject) => premium(subject) < 0,
    ascending: true,
  },
};

const { PREMIUM: _premium, DISCOUNT: _discount, ...SHARED } = FUTURES;
const iv = ({ quote }: Subject): number => quote.iv ?? 0;
const under = (rupees: number): Ranking => ({
  metricKey: 'lot_price',
  current: ({ row, quote }) => quote.ltp * (row.lot_size ?? 1),
  previous: nothing,
  keep: ({ row, quote }) => quote.vtt > 0 && quote.ltp * (row.lot_size ?? 1) < rupees,
});

const OPTIONS: Readonly<Record<string, Ranking>> = {
  ...SHARED,
  IV_GAINERS: { metricKey: 'iv', current: iv, previous: nothing },
  IV_LOSERS: { metricKey: 'iv', current: iv, previous: nothing, ascending: true },
  UNDER_5000: under(5_000),
  UNDER_10000: under(10_000),
};

const ASSET_TYPES: Readonly<Record<string, string>> = { INDEX: 'INDEX', STOCK: 'EQUITY', COMMODITY: 'COM' };
const MAX_PAGE_SIZE = 500;

/** Rankings of futures, options and margin-funded shares by what the simulated market has traded today. */
export function smartlistRoutes(context: SimContext): Route[] {
  const get = (path: string, handle: (call: UserCall) => unknown): Route => ({
    method: 'GET',
    path: `/v2/market/smartlist/${path}`,
    accepts: MARKET_TOKENS,
    handle,
  });
  return [
    get('futures', (call) => derivatives(context, call, FUTURES, (row) => row.instrument_type === 'FUT')),
    get('options', (call) =>
      derivatives(context, call, OPTIONS, (row) => row.instrument_type === 'CE' || row.instrument_type === 'PE'),
    ),
    get('mtf', ({ query }) => {
      const rows = context.catalog.rows().filter((row) => row.mtf_enabled === true);
      const ranking: Ranking = { metricKey: 'turnover', current: turnover, previous: nothing };
      return answer(context, query, rows, ranking, { asset_type: 'STOCK', category: 'MTF' });
    }),
  ];
}

function derivatives(
  context: SimContext,
  { query }: UserCall,
  rankings: Readonly<Record<string, Ranking>>,
  kind: (row: MasterRow) => boolean,
): unknown {
  const assetType = query.get('asset_type') ?? 'INDEX';
  const category = query.get('category') ?? 'TOP_TRADED';
  const underlyingType = ASSET_TYPES[assetType];
  if (underlyingType === undefined) throw apiError('UDAPI100036', { property: 'asset_type', value: assetType });
  const ranking = rankings[category];
  if (ranking === undefined) throw apiError('UDAPI100036', { property: 'category', value: category });
  const rows = context.catalog.rows().filter((row) => kind(row) && row.underlying_type === underlyingType);
  return answer(context, query, rows, ranking, { asset_type: assetType, category });
}

function answer(
  context: SimContext,
  query: URLSearchParams,
  rows: readonly MasterRow[],
  ranking: Ranking,
  labels: { asset_type: string; category: string },
): unknown {
  const pageNumber = pageParameter(query, 'page_number', 1, 1_000_000);
  const pageSize = pageParameter(query, 'page_size', 20, MAX_PAGE_SIZE);
  const direction = ranking.ascending === true ? 1 : -1;
  const ranked = rows
    .flatMap((row) => subjectOf(context, row))
    .filter((subject) => ranking.keep?.(subject) ?? true)
    .map((subject) => ({ subject, current: ranking.current(subject), previous: ranking.previous(subject) }))
    .sort((a, b) => direction * (a.current - a.previous - (b.current - b.previous)));
  return success({
    ...labels,
    time_stamp: context.market.now(),
    metric_key: ranking.metricKey,
    smartlist: ranked
      .slice((pageNumber - 1) * pageSize, pageNumber * pageSize)
      .map(({ subject, current, previous }) => ({
        instrument_key: subject.row.instrument_key,
        price: changeOf('close_price', subject.quote.ltp, subject.quote.cp),
        metric: changeOf('previous', current, previous),
      })),
    page_number: pageNumber,
    page_size: pageSize,
    total_pages: Math.ceil(ranked.length / pageSize),
  });
}

function subjectOf(context: SimContext, row: MasterRow): Subject[] {
  const quote = context.market.quote(row.instrument_key);
  if (quote === undefined) return [];
  const spot = row.underlying_key === undefined ? quote.ltp : (context.market.quote(row.underlying_key)?.ltp ?? 0);
  return [{ row, quote, spot }];
}

function changeOf(previousName: string, current: number, previous: number): Record<string, number> {
  const percent = previous === 0 ? 0 : ((current - previous) / previous) * 100;
  return {
    current: round2(current),
    [previousName]: round2(previous),
    change_abs: round2(current - previous),
    change_pct: round2(percent),
  };
}

function pageParameter(query: URLSearchParams, name: string, fallback: number, max: number): number {
  const text = query.get(name);
  if (text === null || text === '') return fallback;
  const value = /^[0-9]{1,7}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > max) throw apiError('UDAPI100036', { property: name, value: text });
  return value;
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
