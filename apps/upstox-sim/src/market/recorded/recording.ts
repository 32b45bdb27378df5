import type { IstDate } from '@vega/kernel';
import type { CandleRow, CandleUnit, MasterRow, SimQuote } from '../market-source.ts';

/** What one step of a recording changes. */
export interface RecordedStep {
  /** Market time of the step, epoch ms; never before that of the step before. */
  readonly now: number;
  /** Recorded messages that the step holds. */
  readonly messages: number;
  /** The quotes after the step, in the file's order. */
  readonly changed: readonly SimQuote[];
}

/** A recorded stretch of market that can be played once, from its first step to its last. */
export interface Recording {
  readonly format: 'ticks' | 'chain';
  readonly date: IstDate;
  readonly instruments: readonly MasterRow[];
  /** Keys that the recording has quotes of. */
  readonly keys: readonly string[];
  readonly totalMessages: number;
  readonly totalSteps: number;
  /** Market times of the first and the last step, epoch ms. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** Market time of the step that comes next; undefined after the last. */
  nextAt(): number | undefined;
  /** Takes the next step; undefined after the last. */
  next(): RecordedStep | undefined;
  /** State of an instrument; undefined before its first message. */
  quote(key: string): SimQuote | undefined;
  candles(
    key: string,
    unit: CandleUnit,
    interval: number,
    range: { from?: string; to: string } | 'intraday',
  ): CandleRow[];
}

/** A recording that cannot be used: one sentence with the file and, where one is at fault, the line. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}
