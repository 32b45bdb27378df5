import type { IstDate } from '@vega/kernel';
import { z } from 'zod';
import { type MarketStatus, marketStatusOf } from '../market-status.ts';
import { epochMs, istDateText } from './wire-values.ts';

/** `GET /v2/market/status/{exchange}`. */
export interface ExchangeStatus {
  readonly exchange: string;
  readonly status: MarketStatus;
  readonly lastUpdatedMs: number;
  /** State of the closing auction for eligible shares, in the server's own words. */
  readonly closingAuction: { readonly status: string; readonly lastUpdatedMs: number } | null;
}

/** Opening hours of one exchange on one date. */
export interface ExchangeHours {
  /** NSE, NFO, CDS, BSE, BFO and so on. */
  readonly exchange: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** Kinds of special days. */
export const HOLIDAY_TYPES = ['ALL', 'TRADING_HOLIDAY', 'SETTLEMENT_HOLIDAY', 'SPECIAL_TIMING'] as const;
export type HolidayType = (typeof HOLIDAY_TYPES)[number];

/** One special day of `GET /v2/market/holidays`. */
export interface Holiday {
  readonly date: IstDate;
  readonly description: string;
  readonly type: HolidayType;
  readonly closedExchanges: readonly string[];
  readonly openExchanges: readonly ExchangeHours[];
}

/** Reads the data of `GET /v2/market/status/{exchange}`. */
export const exchangeStatusSchema: z.ZodType<ExchangeStatus> = z
  .object({
    exchange: z.string(),
    status: z.string().transform(marketStatusOf),
    last_updated: epochMs,
    cas_eligible_status: z.object({ status: z.string(), last_updated: epochMs }).nullish(),
  })
  .transform((wire) => ({
    exchange: wire.exchange,
    status: wire.status,
    lastUpdatedMs: wire.last_updated,
    closingAuction: wire.cas_eligible_status
      ? { status: wire.cas_eligible_status.status, lastUpdatedMs: wire.cas_eligible_status.last_updated }
      : null,
  }));

/** Reads a row of `GET /v2/market/timings/{date}`. */
export const exchangeHoursSchema: z.ZodType<ExchangeHours> = z
  .object({ exchange: z.string(), start_time: epochMs, end_time: epochMs })
  .refine((wire) => wire.end_time > wire.start_time, { path: ['end_time'], message: 'not after start_time' })
  .transform((wire) => ({ exchange: wire.exchange, startMs: wire.start_time, endMs: wire.end_time }));

/** Reads a row of `GET /v2/market/holidays`. */
export const holidaySchema: z.ZodType<Holiday> = z
  .object({
    date: istDateText,
    description: z.string(),
    holiday_type: z.enum(HOLIDAY_TYPES),
    closed_exchanges: z
      .array(z.string())
      .nullish()
      .transform((value) => value ?? []),
    open_exchanges: z
      .array(exchangeHoursSchema)
      .nullish()
      .transform((value) => value ?? []),
  })
  .transform((wire) => ({
    date: wire.date,
    description: wire.description,
    type: wire.holiday_type,
    closedExchanges: wire.closed_exchanges,
    openExchanges: wire.open_exchanges,
  }));
