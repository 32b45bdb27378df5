import { GetCandlesResponse, toBytes } from '@vega/contracts';
import type { IstDate } from '@vega/kernel';
import type pg from 'pg';
import type { CandlePeriod, CandleSeries, CandleStore } from '../../app/data-ports.ts';
import type { Candle } from '../../domain/candle.ts';

const PERIODS_PER_STATEMENT = 500;

/** The broker's candles of past periods, each period's in one value. */
export class PgCandleStore implements CandleStore {
  /** What was fetched more than `keepDays` ago is fetched anew: splits and bonuses restate old prices. */
  constructor(
    private readonly pool: pg.Pool,
    private readonly keepDays: number,
  ) {}

  async fetch(series: CandleSeries, from: IstDate, to: IstDate): Promise<readonly CandlePeriod[]> {
    const { rows } = await this.pool.query<{ period: IstDate; candles: Uint8Array }>({
      name: 'fetch-candles',
      text: `SELECT period, candles FROM candle_cache
             WHERE instrument_id = $1 AND unit = $2 AND interval = $3 AND period BETWEEN $4 AND $5
               AND fetched_at > now() - make_interval(days => $6)
             ORDER BY period`,
      values: [series.instrumentId, series.unit, series.interval, from, to, this.keepDays],
    });
    return rows.map(({ period, candles }) => ({ period, candles: decode(candles) }));
  }

  async save(series: CandleSeries, periods: readonly CandlePeriod[]): Promise<void> {
    for (let start = 0; start < periods.length; start += PERIODS_PER_STATEMENT) {
      const chunk = periods.slice(start, start + PERIODS_PER_STATEMENT);
      await this.pool.query({
        name: 'save-candles',
        text: `INSERT INTO candle_cache (instrument_id, unit, interval, period, candles, fetched_at)
               SELECT $1, $2, $3, period, candles, now() FROM unnest($4::date[], $5::bytea[]) AS p (period, candles)
               ON CONFLICT (instrument_id, unit, interval, period)
               DO UPDATE SET candles = EXCLUDED.candles, fetched_at = EXCLUDED.fetched_at`,
        values: [
          series.instrumentId,
          series.unit,
          series.interval,
          chunk.map(({ period }) => period),
          chunk.map(({ candles }) => encode(candles)),
        ],
      });
    }
  }

  async dropStale(): Promise<number> {
    const { rowCount } = await this.pool.query(
      `DELETE FROM candle_cache WHERE fetched_at <= now() - make_interval(days => $1)`,
      [this.keepDays],
    );
    return rowCount ?? 0;
  }
}

function encode(candles: readonly Candle[]): Buffer {
  const message = {
    instrument: undefined,
    candles: candles.map(({ startMs, ...rest }) => ({ startTimeMs: startMs, ...rest })),
    lastIsForming: false,
  };
  return Buffer.from(toBytes(GetCandlesResponse, message));
}

function decode(bytes: Uint8Array): Candle[] {
  return GetCandlesResponse.decode(bytes).candles.map(({ startTimeMs, ...rest }) => ({
    startMs: startTimeMs,
    ...rest,
  }));
}
