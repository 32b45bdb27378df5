/** How what is shown and sent is meant. */
export type Mode = 'LIVE' | 'SIM' | 'PAPER' | 'UNKNOWN';

/** The mode of a stack by the source of its market and what the chosen account's orders reach: only a live account on a live market is live. */
export function modeOf(marketSource: string | null | undefined, environment: string | undefined): Mode {
  if (marketSource === 'simulator') return 'SIM';
  if (marketSource !== 'live') return 'UNKNOWN';
  return environment === 'live' ? 'LIVE' : 'PAPER';
}

export const MODE_NOTES: Readonly<Record<Mode, string>> = {
  LIVE: 'Live market, live account: orders reach the broker and cost money.',
  SIM: 'Simulated market: no price is real, no order reaches a broker.',
  PAPER: 'Live market, paper trading: orders of this account reach no broker.',
  UNKNOWN: 'The source of the market is not known.',
};
