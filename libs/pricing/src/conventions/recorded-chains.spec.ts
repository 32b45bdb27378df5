import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describeWithSharedData } from '@vega/testkit';
import { greekColumns } from '../black76/greeks-block.ts';
import { StatusCode, statusOfCode } from '../black76/status.ts';
import { valueColumns, valueOptions } from '../black76/valuation.ts';
import { ForwardSource } from '../forward.ts';
import { quoteColumns, USUAL_QUOTE_LIMITS } from '../quote-quality.ts';
import { secondsToExpiry, SECONDS_PER_YEAR } from '../time-to-expiry.ts';
import { contractGreeks } from './contract-columns.ts';
import { houseChain } from './house.ts';
import { nseGreeks } from './nse.ts';
import { upstoxGreeks } from './upstox.ts';

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

interface UpstoxSide {
  market_data: { ltp: number };
  option_greeks: { vega: number; theta: number; gamma: number; delta: number; iv: number };
}
interface UpstoxRow {
  strike_price: number;
  call_options: UpstoxSide;
  put_options: UpstoxSide;
}

function upstoxRows(file: string) {
  const { data } = JSON.parse(readFileSync(file, 'utf8')) as { data: UpstoxRow[] };
  return data.flatMap((row) =>
    [row.call_options, row.put_options]
      .map((one, n) => ({
        strike: row.strike_price,
        side: n === 0 ? 1 : -1,
        ltp: one.market_data.ltp,
        ...one.option_greeks,
      }))
      .filter(({ iv, delta }) => iv > 0 && Math.abs(delta) > 0.03 && Math.abs(delta) < 0.97),
  );
}

/** The broker does not print its forward: it is the one at which its own deltas follow from its own volatilities. */
function fittedForward(deltaErrors: (forward: number) => number[], start: number): number {
  const loss = (forward: number): number => deltaErrors(forward).reduce((sum, error) => sum + error, 0);
  let [forward, step] = [start, 64];
  while (step > 1e-4) {
    const better = [forward - step, forward + step].find((one) => loss(one) < loss(forward));
    if (better === undefined) step /= 2;
    else forward = better;
  }
  return forward;
}

describeWithSharedData('upstox mode on the chains the broker published in 2024', (folder) => {
  it.each([
    ['option_chain_NIFTY_exp2024-06-27_spot23868.80_snap2024-06-26close.json', 23_868.8, 1, 2.5e-4, 0.0025],
    ['option_chain_NIFTY_exp2024-07-25_spot24530.90_snap2024-07-19close.json', 24_530.9, 6, 1.3e-4, 0.001],
  ] as const)('%s', (name, spot, days, worstDelta, worstShare) => {
    const rows = upstoxRows(join(folder, 'data', name));
    expect(rows.length).toBeGreaterThan(40);
    const strikes = Float64Array.from(rows, ({ strike }) => strike);
    const sides = Int8Array.from(rows, ({ side }) => side);
    const years = days / 365;
    const at = (forward: number) => {
      const greeks = greekColumns(rows.length);
      const volatility = Float64Array.from(rows, ({ iv }) => iv / 100);
      valueOptions({ forward, years, rate: 0 }, { strikes, sides, volatility }, valueColumns(rows.length), greeks);
      return greeks;
    };
    const errors = (forward: number): number[] => {
      const { delta } = at(forward);
      return rows.map((row, n) => Math.abs(delta[n]! - row.delta));
    };
    const forward = fittedForward(errors, spot);
    expect(Math.abs(forward / spot - 1)).toBeLessThan(0.01);
    expect(median(errors(forward))).toBeLessThanOrEqual(4e-5);
    expect(Math.max(...errors(forward))).toBeLessThanOrEqual(worstDelta);
    const greeks = at(forward);
    rows.forEach((row, n) => {
      expect(Math.abs(greeks.thetaPerYear[n]! / 365 / row.theta - 1)).toBeLessThanOrEqual(worstShare);
      expect(Math.abs(greeks.vegaPerUnit[n]! / 100 / row.vega - 1)).toBeLessThanOrEqual(worstShare);
      expect(Math.abs(greeks.gamma[n]! - row.gamma)).toBeLessThanOrEqual(5.1e-5);
    });

    // From last prices, the published volatility is met but for the rows whose last price is of another moment.
    const out = contractGreeks(rows.length);
    const last = Float64Array.from(rows, ({ ltp }) => ltp);
    upstoxGreeks({ forward, secondsToExpiry: years * SECONDS_PER_YEAR }, strikes, sides, last, out);
    const points = rows.map(({ iv }, n) => Math.abs(out.volatility[n]! * 100 - iv));
    expect(median(points)).toBeLessThan(0.08);
  });
});

interface NseSide {
  impliedVolatility: number;
  lastPrice: number;
}
interface NseRecords {
  underlyingValue: number;
  data: { strikePrice: number; expiryDate: string; CE?: NseSide; PE?: NseSide }[];
}

describeWithSharedData('nse mode on the volatilities the exchange printed', (folder) => {
  it.each([
    ['nse_chain_nifty_20220324_1530.json.gz', '2022-03-24', 0.003],
    ['nse_chain_nifty_20250716_1530.json.gz', '2025-07-16', 0.15],
  ] as const)('%s', (name, day, worstMedianPoints) => {
    const text = gunzipSync(readFileSync(join(folder, 'data', name))).toString();
    const { records } = JSON.parse(text) as { records: NseRecords };
    const errors: number[] = [];
    for (const expiry of new Set(records.data.map(({ expiryDate }) => expiryDate))) {
      const wholeDays = Math.round((Date.parse(`${expiry} UTC`) - Date.parse(day)) / 86_400_000);
      if (wholeDays === 0) continue;
      const rows = records.data
        .filter(({ expiryDate }) => expiryDate === expiry)
        .flatMap(({ strikePrice, CE, PE }) => [
          { strike: strikePrice, side: 1, quote: CE },
          { strike: strikePrice, side: -1, quote: PE },
        ])
        .flatMap(({ quote, ...row }) =>
          quote !== undefined && quote.impliedVolatility > 0 && quote.lastPrice > 0 ? [{ ...row, ...quote }] : [],
        );
      const out = contractGreeks(rows.length);
      nseGreeks(
        { spot: records.underlyingValue, wholeDays },
        Float64Array.from(rows, ({ strike }) => strike),
        Int8Array.from(rows, ({ side }) => side),
        Float64Array.from(rows, ({ lastPrice }) => lastPrice),
        out,
      );
      rows.forEach(({ impliedVolatility }, n) => {
        if (out.status[n] === StatusCode.OK) errors.push(Math.abs(out.volatility[n]! * 100 - impliedVolatility));
      });
    }
    expect(errors.length).toBeGreaterThan(600);
    expect(median(errors)).toBeLessThanOrEqual(worstMedianPoints);
  });
});

describeWithSharedData('house mode on every minute of 2025-08-29', (folder) => {
  const text = (): string =>
    gunzipSync(readFileSync(join(folder, 'data', 'nse_nifty_chain_20250829_every_minute.csv.gz'))).toString();

  it('agrees with itself between call and put, and gives every contract a status', () => {
    const lines = text().trim().split('\n');
    const columns = lines[0]!.split(',');
    const at = Object.fromEntries(columns.map((name, n) => [name, n])) as Record<string, number>;
    const groups = new Map<string, string[][]>();
    for (const line of lines.slice(1)) {
      const cells = line.split(',');
      const key = `${cells[at['fetch_time']!]}|${cells[at['expiry']!]}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [cells]);
      else group.push(cells);
    }
    const differences = new Map<string, number[]>();
    const seen = new Map<string, number>();
    let belowIntrinsicLast = 0;
    for (const [key, rows] of groups) {
      const [time, expiry] = key.split('|') as [string, string];
      const seconds = secondsToExpiry(Date.parse(`2025-08-29T${time}+05:30`), Date.parse(`${expiry}T15:30:00+05:30`));
      rows.sort((a, b) => Number(a[at['strike']!]) - Number(b[at['strike']!]));
      const calls = quoteColumns(rows.length);
      const puts = quoteColumns(rows.length);
      rows.forEach((row, n) => {
        calls.bid[n] = Number(row[at['ce_bid']!]);
        calls.ask[n] = Number(row[at['ce_ask']!]);
        calls.last[n] = Number(row[at['ce_ltp']!]);
        puts.bid[n] = Number(row[at['pe_bid']!]);
        puts.ask[n] = Number(row[at['pe_ask']!]);
        puts.last[n] = Number(row[at['pe_ltp']!]);
      });
      const strikes = Float64Array.from(rows, (row) => Number(row[at['strike']!]));
      const limits = USUAL_QUOTE_LIMITS;
      const chain = houseChain({ strikes, calls, puts, secondsToExpiry: seconds, rate: 0.055, limits });
      rows.forEach((_, n) => {
        for (const [side, quotes] of [
          [chain.calls, calls],
          [chain.puts, puts],
        ] as const) {
          const status = statusOfCode(side.status[n]!);
          seen.set(status, (seen.get(status) ?? 0) + 1);
          for (const column of [side.volatility, side.delta, side.gamma, side.thetaPerDay, side.vegaPerVolPoint]) {
            if (!Number.isFinite(column[n]!)) throw new Error(`${key} row ${n} carries ${column[n]}`);
          }
          // A contract that is called good has a volatility; a dirty quote is never called good.
          if (status === 'OK' && !(side.volatility[n]! > 0))
            throw new Error(`${key} row ${n} is OK without a volatility`);
          const dirty = !(quotes.bid[n]! > 0) || !(quotes.ask[n]! > 0) || quotes.ask[n]! < quotes.bid[n]!;
          if (status === 'OK' && dirty) throw new Error(`${key} row ${n} is OK with a dirty quote`);
        }
        if (chain.forward === undefined) return;
        const strike = strikes[n]!;
        if (calls.last[n]! > 0 && calls.last[n]! < chain.forward.forward - strike) belowIntrinsicLast += 1;
        const [call, put] = [chain.ownCallVolatility[n]!, chain.ownPutVolatility[n]!];
        if (Math.abs(strike / chain.forward.forward - 1) > 0.02 || call === 0 || put === 0) return;
        if (chain.forward.source !== ForwardSource.PARITY)
          throw new Error(`${key} has a forward from ${chain.forward.source}`);
        const list = differences.get(expiry) ?? [];
        list.push(Math.abs(call - put) * 100);
        differences.set(expiry, list);
      });
    }
    for (const expiry of ['2025-09-02', '2025-09-09', '2025-09-30']) {
      expect([expiry, median(differences.get(expiry)!) <= 0.05]).toEqual([expiry, true]);
    }
    expect(median([...differences.values()].flat())).toBeLessThanOrEqual(0.05);
    expect(belowIntrinsicLast).toBeGreaterThan(1000);
    for (const status of ['OK', 'NO_QUOTE', 'ONE_SIDED', 'WIDE', 'BELOW_INTRINSIC'])
      expect(seen.get(status)).toBeGreaterThan(1000);
  }, 60_000);
});
