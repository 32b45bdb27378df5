import type { Instrument } from './instrument.ts';

/** What the generator knows of an option and no client is told: for tests of whoever estimates it. */
export interface OptionTruth {
  /** The forward that all contracts of the expiry are priced from, rupees. */
  readonly forward: number;
  /** Annualised volatility of the strike against calendar time to the close of the expiry session: what an exact solver would find. */
  readonly volatility: number;
  /** Calendar years (365 days) to the close of the expiry session. */
  readonly years: number;
  /** Standard deviation of the log of the final value at this strike. */
  readonly deviation: number;
  /** Price without spread and grid, rupees. */
  readonly fair: number;
}

/** The truth of an option at the market's last step; undefined for anything else. */
export function truthOf(instrument: Instrument | undefined): OptionTruth | undefined {
  const surface = instrument?.surface;
  if (instrument?.kind !== 'option' || surface === undefined) return undefined;
  const deviation = surface.deviationAt(instrument.logStrike);
  return {
    forward: surface.forward,
    volatility: surface.years > 0 ? deviation / Math.sqrt(surface.years) : 0,
    years: surface.years,
    deviation,
    fair: surface.fair(instrument.right, instrument.strike, instrument.logStrike),
  };
}
