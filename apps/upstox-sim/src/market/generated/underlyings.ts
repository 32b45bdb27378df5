/**
 * What the generated market is made of: index and share underlyings with the figures that shape them. Names, keys,
 * ISINs, exchange tokens, ticks and lots are the public ones of mid-2026; price levels, volatilities and liquidity are
 * round figures of that time, good for a plausible market and for nothing else.
 */

/** How an index underlying is modelled. Lots, freeze quantities, ticks and strike steps come from the rulebook. */
export interface IndexUnderlying {
  readonly kind: 'index';
  readonly symbol: string;
  readonly key: string;
  readonly name: string;
  readonly token: string;
  readonly derivativeSegment: 'NSE_FO' | 'BSE_FO';
  readonly price: number;
  /** Annualised volatility as a fraction. */
  readonly volatility: number;
  /** Sensitivity to the market factor; the rest of the variance is its own. */
  readonly correlation: number;
  /** Activity of its at-the-money front option relative to NIFTY's. */
  readonly liquidity: number;
  /** Lots per day of its at-the-money front option. */
  readonly optionLotsPerDay: number;
  readonly futureLotsPerDay: number;
  /** Slope and curvature of volatility against standardised moneyness. */
  readonly skew: number;
  readonly curvature: number;
  /** Weekly expiries that are listed ahead, monthly ones, and quarter ends beyond them. */
  readonly weeklies: number;
  readonly monthlies: number;
  readonly quarterlies: number;
}

/** How a share with derivatives is modelled. */
export interface ShareUnderlying {
  readonly kind: 'share';
  readonly symbol: string;
  readonly key: string;
  readonly isin: string;
  readonly name: string;
  readonly shortName: string;
  readonly token: string;
  readonly derivativeSegment: 'NSE_FO';
  readonly price: number;
  readonly volatility: number;
  readonly correlation: number;
  readonly liquidity: number;
  readonly optionLotsPerDay: number;
  readonly futureLotsPerDay: number;
  readonly skew: number;
  readonly curvature: number;
  /** Paise. */
  readonly tick: number;
  readonly optionTick: number;
  readonly lot: number;
  /** Freeze quantity in lots. */
  readonly freezeLots: number;
  readonly strikeStep: number;
  /** Shares traded in a day. */
  readonly sharesPerDay: number;
}

export type Underlying = IndexUnderlying | ShareUnderlying;

const INDEX_SHAPE = { kind: 'index', skew: -0.085, curvature: 0.022 } as const;

const INDICES: readonly IndexUnderlying[] = [
  {
    ...INDEX_SHAPE,
    symbol: 'NIFTY',
    key: 'NSE_INDEX|Nifty 50',
    name: 'Nifty 50',
    token: '26000',
    derivativeSegment: 'NSE_FO',
    price: 24_600,
    volatility: 0.125,
    correlation: 0.97,
    liquidity: 1,
    optionLotsPerDay: 1_600_000,
    futureLotsPerDay: 140_000,
    weeklies: 4,
    monthlies: 3,
    quarterlies: 2,
  },
  {
    ...INDEX_SHAPE,
    symbol: 'BANKNIFTY',
    key: 'NSE_INDEX|Nifty Bank',
    name: 'Nifty Bank',
    token: '26009',
    derivativeSegment: 'NSE_FO',
    price: 57_200,
    volatility: 0.142,
    correlation: 0.9,
    liquidity: 0.6,
    optionLotsPerDay: 160_000,
    futureLotsPerDay: 45_000,
    weeklies: 0,
    monthlies: 3,
    quarterlies: 1,
  },
  {
    ...INDEX_SHAPE,
    symbol: 'FINNIFTY',
    key: 'NSE_INDEX|Nifty Fin Service',
    name: 'Nifty Fin Service',
    token: '26037',
    derivativeSegment: 'NSE_FO',
    price: 26_400,
    volatility: 0.138,
    correlation: 0.91,
    liquidity: 0.08,
    optionLotsPerDay: 5_000,
    futureLotsPerDay: 700,
    weeklies: 0,
    monthlies: 3,
    quarterlies: 0,
  },
  {
    ...INDEX_SHAPE,
    symbol: 'MIDCPNIFTY',
    key: 'NSE_INDEX|NIFTY MID SELECT',
    name: 'NIFTY MID SELECT',
    token: '26074',
    derivativeSegment: 'NSE_FO',
    price: 13_900,
    volatility: 0.165,
    correlation: 0.86,
    liquidity: 0.15,
    optionLotsPerDay: 22_000,
    futureLotsPerDay: 11_000,
    weeklies: 0,
    monthlies: 3,
    quarterlies: 0,
  },
  {
    ...INDEX_SHAPE,
    symbol: 'SENSEX',
    key: 'BSE_INDEX|SENSEX',
    name: 'SENSEX',
    token: '1',
    derivativeSegment: 'BSE_FO',
    price: 79_800,
    volatility: 0.126,
    correlation: 0.968,
    liquidity: 0.7,
    optionLotsPerDay: 900_000,
    futureLotsPerDay: 4_000,
    weeklies: 4,
    monthlies: 3,
    quarterlies: 0,
  },
];

/** The volatility index, derived from NIFTY's surface. */
export const INDIA_VIX = {
  symbol: 'INDIA VIX',
  key: 'NSE_INDEX|India VIX',
  name: 'India VIX',
  token: '26017',
} as const;

type ShareRow = readonly [
  symbol: string,
  isin: string,
  token: string,
  name: string,
  shortName: string,
  price: number,
  volatility: number,
  correlation: number,
  tickPaise: number,
  optionTickPaise: number,
  lot: number,
  freezeLots: number,
  strikeStep: number,
  sharesPerDay: number,
  optionLotsPerDay: number,
];

// prettier-ignore
const SHARES: readonly ShareRow[] = [
  ['RELIANCE', 'INE002A01018', '2885', 'RELIANCE INDUSTRIES LTD', 'Reliance', 1318, 0.21, 0.72, 10, 5, 500, 30, 10, 11_000_000, 9_000],
  ['HDFCBANK', 'INE040A01034', '1333', 'HDFC BANK LTD', 'HDFC Bank', 786, 0.19, 0.74, 5, 5, 650, 50, 5, 28_000_000, 14_000],
  ['ICICIBANK', 'INE090A01021', '4963', 'ICICI BANK LTD.', 'ICICI Bank', 1342, 0.19, 0.72, 10, 5, 700, 30, 10, 11_000_000, 7_000],
  ['INFY', 'INE009A01021', '1594', 'INFOSYS LIMITED', 'Infosys', 1086, 0.26, 0.52, 10, 5, 400, 50, 10, 9_500_000, 8_500],
  ['TCS', 'INE467B01029', '11536', 'TATA CONSULTANCY SERV LT', 'TCS', 2172, 0.24, 0.5, 10, 5, 225, 40, 20, 3_600_000, 6_500],
  ['SBIN', 'INE062A01020', '3045', 'STATE BANK OF INDIA', 'SBI', 1024, 0.22, 0.68, 10, 5, 750, 30, 10, 12_000_000, 8_000],
  ['AXISBANK', 'INE238A01034', '5900', 'AXIS BANK LIMITED', 'Axis Bank', 1296, 0.23, 0.66, 10, 5, 625, 30, 10, 6_500_000, 4_500],
  ['KOTAKBANK', 'INE237A01036', '1922', 'KOTAK MAHINDRA BANK LTD', 'Kotak Mahindra Bank', 388, 0.21, 0.6, 5, 5, 2000, 30, 5, 12_000_000, 2_800],
  ['LT', 'INE018A01030', '11483', 'LARSEN & TOUBRO LTD.', 'Larsen & Toubro', 3890, 0.23, 0.68, 10, 5, 175, 30, 20, 2_100_000, 3_200],
  ['ITC', 'INE154A01025', '1660', 'ITC LTD', 'ITC', 291, 0.17, 0.45, 5, 5, 1725, 50, 2.5, 16_000_000, 4_200],
  ['BHARTIARTL', 'INE397D01024', '10604', 'BHARTI AIRTEL LIMITED', 'Bharti Airtel', 1864, 0.22, 0.55, 10, 5, 475, 30, 20, 5_200_000, 3_300],
  ['HINDUNILVR', 'INE030A01027', '1394', 'HINDUSTAN UNILEVER LTD.', 'Hindustan Unilever', 2212, 0.19, 0.38, 10, 5, 300, 40, 20, 1_700_000, 2_100],
  ['BAJFINANCE', 'INE296A01032', '317', 'BAJAJ FINANCE LIMITED', 'Bajaj Finance', 968, 0.27, 0.64, 10, 5, 750, 30, 10, 7_400_000, 4_400],
  ['BAJAJFINSV', 'INE918I01026', '16675', 'BAJAJ FINSERV LTD.', 'Bajaj Finserv', 1784, 0.25, 0.6, 10, 5, 300, 50, 20, 1_500_000, 1_100],
  ['MARUTI', 'INE585B01010', '10999', 'MARUTI SUZUKI INDIA LTD.', 'Maruti Suzuki', 13_980, 0.23, 0.5, 100, 5, 50, 40, 100, 420_000, 3_000],
  ['M&M', 'INE101A01026', '2031', 'MAHINDRA & MAHINDRA LTD', 'Mahindra & Mahindra', 3168, 0.26, 0.6, 10, 5, 200, 40, 20, 2_500_000, 2_600],
  ['SUNPHARMA', 'INE044A01036', '3351', 'SUN PHARMACEUTICAL IND L', 'Sun Pharmaceutical Industries', 1872, 0.22, 0.4, 10, 5, 350, 40, 20, 2_200_000, 1_700],
  ['TITAN', 'INE280A01028', '3506', 'TITAN COMPANY LIMITED', 'Titan Company', 4276, 0.24, 0.5, 10, 5, 175, 30, 50, 980_000, 2_000],
  ['TATASTEEL', 'INE081A01020', '3499', 'TATA STEEL LIMITED', 'Tata Steel', 203, 0.27, 0.56, 1, 1, 2750, 40, 2.5, 32_000_000, 2_900],
  ['TMPV', 'INE155A01022', '3456', 'TATA MOTORS PASS VEH LTD', 'Tata Motors', 356, 0.29, 0.55, 5, 5, 1600, 40, 5, 14_000_000, 3_000],
  ['NTPC', 'INE733E01010', '11630', 'NTPC LTD', 'NTPC', 372, 0.22, 0.55, 5, 5, 1500, 40, 5, 11_000_000, 1_500],
  ['POWERGRID', 'INE752E01010', '14977', 'POWER GRID CORP. LTD.', 'Power Grid Corp', 289, 0.2, 0.5, 5, 5, 1900, 40, 2.5, 10_500_000, 1_200],
  ['ONGC', 'INE213A01029', '2475', 'OIL AND NATURAL GAS CORP.', 'ONGC', 264, 0.25, 0.48, 1, 1, 2250, 40, 2.5, 13_000_000, 1_700],
  ['COALINDIA', 'INE522F01014', '20374', 'COAL INDIA LTD', 'Coal India', 446, 0.22, 0.45, 5, 5, 1350, 40, 5, 6_200_000, 1_300],
  ['ADANIENT', 'INE423A01024', '25', 'ADANI ENTERPRISES LIMITED', 'ADANI ENTERPRISES', 2964, 0.34, 0.5, 10, 5, 309, 30, 20, 1_400_000, 2_500],
  ['ADANIPORTS', 'INE742F01042', '15083', 'ADANI PORT & SEZ LTD', 'Adani Port', 1826, 0.29, 0.55, 10, 5, 475, 30, 20, 2_200_000, 1_600],
  ['ULTRACEMCO', 'INE481G01011', '11532', 'ULTRATECH CEMENT LIMITED', 'Ultratech Cement', 11_540, 0.22, 0.48, 100, 5, 50, 40, 100, 310_000, 900],
  ['ASIANPAINT', 'INE021A01026', '236', 'ASIAN PAINTS LIMITED', 'Asian Paints', 2688, 0.22, 0.4, 10, 5, 250, 40, 20, 1_100_000, 1_500],
  ['WIPRO', 'INE075A01022', '3787', 'WIPRO LTD', 'Wipro', 191, 0.26, 0.46, 1, 1, 3000, 40, 2.5, 14_500_000, 1_500],
  ['HCLTECH', 'INE860A01027', '7229', 'HCL TECHNOLOGIES LTD', 'HCL Technologies', 1128, 0.26, 0.48, 10, 5, 400, 50, 10, 3_100_000, 1_700],
  ['TECHM', 'INE669C01036', '13538', 'TECH MAHINDRA LIMITED', 'Tech Mahindra', 1412, 0.27, 0.48, 10, 5, 600, 30, 20, 1_900_000, 1_000],
  ['JSWSTEEL', 'INE019A01038', '11723', 'JSW STEEL LIMITED', 'JSW Steel', 1238, 0.26, 0.52, 10, 5, 675, 30, 10, 2_000_000, 900],
  ['HINDALCO', 'INE038A01020', '1363', 'HINDALCO  INDUSTRIES  LTD', 'Hindalco Industries', 986, 0.28, 0.54, 5, 5, 700, 30, 10, 4_900_000, 1_800],
  ['INDUSINDBK', 'INE095A01012', '5258', 'INDUSIND BANK LIMITED', 'IndusInd Bank', 958, 0.33, 0.5, 5, 5, 700, 40, 10, 4_600_000, 2_300],
  ['DRREDDY', 'INE089A01031', '881', "DR. REDDY S LABORATORIES", "Dr. Reddy's Laboratories", 1284, 0.24, 0.34, 10, 5, 625, 30, 10, 1_500_000, 900],
  ['CIPLA', 'INE059A01026', '694', 'CIPLA LTD', 'Cipla', 1432, 0.22, 0.36, 10, 5, 425, 40, 10, 1_600_000, 900],
  ['HAL', 'INE066F01020', '2303', 'HINDUSTAN AERONAUTICS LTD', 'HAL', 4442, 0.29, 0.5, 10, 5, 150, 40, 50, 1_300_000, 3_100],
  ['BEL', 'INE263A01024', '383', 'BHARAT ELECTRONICS LTD', 'BEL', 412, 0.28, 0.54, 5, 5, 1425, 40, 5, 14_000_000, 2_900],
  ['ETERNAL', 'INE758T01015', '5097', 'ETERNAL LIMITED', 'Zomato', 268, 0.36, 0.48, 5, 5, 2425, 40, 5, 24_000_000, 3_300],
  ['VEDL', 'INE205A01025', '3063', 'VEDANTA LIMITED', 'Vedanta', 318, 0.33, 0.5, 5, 5, 1150, 50, 5, 9_000_000, 2_200],
  ['PNB', 'INE160A01022', '10666', 'PUNJAB NATIONAL BANK', 'PNB', 104, 0.27, 0.55, 1, 1, 8000, 30, 1, 26_000_000, 1_400],
  ['JIOFIN', 'INE758E01017', '18143', 'JIO FIN SERVICES LTD', 'Jio Financial Services', 244, 0.28, 0.55, 1, 1, 2350, 40, 2.5, 13_000_000, 1_800],
];

function shareUnderlying(row: ShareRow): ShareUnderlying {
  const [symbol, isin, token, name, shortName, price, volatility, correlation, tick, optionTick, lot, ...rest] = row;
  const [freezeLots, strikeStep, sharesPerDay, optionLotsPerDay] = rest;
  return {
    kind: 'share',
    symbol,
    key: `NSE_EQ|${isin}`,
    isin,
    name,
    shortName,
    token,
    derivativeSegment: 'NSE_FO',
    price,
    volatility,
    correlation,
    liquidity: 0.02 + optionLotsPerDay / 120_000,
    optionLotsPerDay,
    futureLotsPerDay: optionLotsPerDay * 2,
    skew: -0.035,
    curvature: 0.03,
    tick,
    optionTick,
    lot,
    freezeLots,
    strikeStep,
    sharesPerDay,
  };
}

/** All underlyings, indices first. The order is part of the generated market: it decides the use of the random stream. */
export const UNDERLYINGS: readonly Underlying[] = [...INDICES, ...SHARES.map(shareUnderlying)];
