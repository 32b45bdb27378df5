/** How what is shown and sent is meant. */
export type Mode = 'SIM' | 'PAPER' | 'UNKNOWN';

/** The mode of a stack by the source of its market. Until orders reach a broker, a live market is traded on paper. */
export function modeOf(marketSource: string | null | undefined): Mode {
  if (marketSource === 'simulator') return 'SIM';
  return marketSource === 'live' ? 'PAPER' : 'UNKNOWN';
}

export const MODE_NOTES: Readonly<Record<Mode, string>> = {
  SIM: 'Simulated market: no price is real, no order reaches a broker.',
  PAPER: 'Live market, paper trading: no order reaches a broker.',
  UNKNOWN: 'The source of the market is not known.',
};
