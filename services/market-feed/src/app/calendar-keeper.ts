import { istDate, repeat, type Clock, type Timer } from '@vega/kernel';
import type { Logger } from '@vega/platform';
import { mergeHolidays, seedCalendar, withBeyondCoverage, type TradingCalendar } from '@vega/rulebook';
import type { MarketRestClient } from '@vega/upstox/market';

/** The call that the broker's holidays are read by. */
export type HolidaySource = Pick<MarketRestClient, 'fetchHolidays'>;

const LOOK_EVERY_MS = 60_000;
const RENEW_AFTER_MS = 6 * 3_600_000;

/** The trading calendar: the rulebook's own table, and the broker's list over it as soon as that is known. */
export class CalendarKeeper {
  private calendar = withBeyondCoverage(seedCalendar, 'weekdays');
  private readAtMs = Number.NEGATIVE_INFINITY;
  private timer: Timer | undefined;

  constructor(
    private readonly source: HolidaySource,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** The calendar now. Days that no list covers are taken by their weekday. */
  current(): TradingCalendar {
    return this.calendar;
  }

  /** Starts reading the broker's list, and again a few times a day. */
  start(): void {
    void this.look();
    this.timer = repeat(this.clock, LOOK_EVERY_MS, () => this.look());
  }

  stop(): void {
    this.timer?.cancel();
  }

  private async look(): Promise<void> {
    if (this.clock.monotonicMs() - this.readAtMs < RENEW_AFTER_MS) return;
    try {
      const { rows, invalid } = await this.source.fetchHolidays();
      const holidays = rows.map(({ date, description, type, closedExchanges, openExchanges }) => ({
        date,
        description,
        holidayType: type,
        closedExchanges,
        openExchanges: openExchanges.map(({ exchange, startMs, endMs }) => ({
          exchange,
          startTime: startMs,
          endTime: endMs,
        })),
      }));
      // The list is of a year; it completes that year when it was read whole.
      const years = [...new Set(holidays.map(({ date }) => date.slice(0, 4)))];
      const [year] = years;
      const whole = year !== undefined && years.length === 1 && invalid.length === 0;
      const span = whole ? { from: istDate(`${year}-01-01`), to: istDate(`${year}-12-31`) } : undefined;
      const base = withBeyondCoverage(seedCalendar, 'weekdays');
      this.calendar = span === undefined ? mergeHolidays(base, holidays) : mergeHolidays(base, holidays, span);
      this.readAtMs = this.clock.monotonicMs();
      this.logger.info({ holidays: holidays.length, unreadable: invalid.length }, "the broker's holidays are known");
    } catch (error) {
      this.logger.warn({ err: error }, "the broker's holidays cannot be read; the rulebook's table is used");
    }
  }
}
