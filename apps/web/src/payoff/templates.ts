import type { BuilderLeg, LegKind, LegSide, NewLeg } from './builder-slice.ts';

/** A leg of a template: its place counted in strikes from the money, outwards for neither side. */
interface TemplateLeg {
  kind: LegKind;
  side: LegSide;
  lots: number;
  /** Strikes above the money; below it when negative. */
  offset: number;
  /** Expiries after the first. */
  later?: number;
}

/** A well-known position. */
export interface Template {
  id: string;
  title: string;
  view: 'rising' | 'falling' | 'quiet' | 'moving';
  legs: readonly TemplateLeg[];
}

const leg = (side: LegSide, kind: LegKind, offset: number, lots = 1, later = 0): TemplateLeg => ({
  kind,
  side,
  lots,
  offset,
  later,
});

/** The positions that a trader would start from. Wings stand four strikes out. */
export const TEMPLATES: readonly Template[] = [
  { id: 'long-call', title: 'Long call', view: 'rising', legs: [leg('BUY', 'CALL', 0)] },
  { id: 'short-put', title: 'Short put', view: 'rising', legs: [leg('SELL', 'PUT', -2)] },
  {
    id: 'bull-call-spread',
    title: 'Bull call spread',
    view: 'rising',
    legs: [leg('BUY', 'CALL', 0), leg('SELL', 'CALL', 4)],
  },
  {
    id: 'bull-put-spread',
    title: 'Bull put spread',
    view: 'rising',
    legs: [leg('BUY', 'PUT', -4), leg('SELL', 'PUT', 0)],
  },
  { id: 'long-put', title: 'Long put', view: 'falling', legs: [leg('BUY', 'PUT', 0)] },
  { id: 'short-call', title: 'Short call', view: 'falling', legs: [leg('SELL', 'CALL', 2)] },
  {
    id: 'bear-put-spread',
    title: 'Bear put spread',
    view: 'falling',
    legs: [leg('BUY', 'PUT', 0), leg('SELL', 'PUT', -4)],
  },
  {
    id: 'bear-call-spread',
    title: 'Bear call spread',
    view: 'falling',
    legs: [leg('BUY', 'CALL', 4), leg('SELL', 'CALL', 0)],
  },
  {
    id: 'short-straddle',
    title: 'Short straddle',
    view: 'quiet',
    legs: [leg('SELL', 'CALL', 0), leg('SELL', 'PUT', 0)],
  },
  {
    id: 'short-strangle',
    title: 'Short strangle',
    view: 'quiet',
    legs: [leg('SELL', 'CALL', 4), leg('SELL', 'PUT', -4)],
  },
  {
    id: 'iron-condor',
    title: 'Iron condor',
    view: 'quiet',
    legs: [leg('BUY', 'PUT', -8), leg('BUY', 'CALL', 8), leg('SELL', 'PUT', -4), leg('SELL', 'CALL', 4)],
  },
  {
    id: 'iron-fly',
    title: 'Iron butterfly',
    view: 'quiet',
    legs: [leg('BUY', 'PUT', -4), leg('BUY', 'CALL', 4), leg('SELL', 'PUT', 0), leg('SELL', 'CALL', 0)],
  },
  {
    id: 'call-calendar',
    title: 'Call calendar',
    view: 'quiet',
    legs: [leg('BUY', 'CALL', 0, 1, 1), leg('SELL', 'CALL', 0)],
  },
  {
    id: 'call-butterfly',
    title: 'Call butterfly',
    view: 'quiet',
    legs: [leg('BUY', 'CALL', -4), leg('BUY', 'CALL', 4), leg('SELL', 'CALL', 0, 2)],
  },
  {
    id: 'long-straddle',
    title: 'Long straddle',
    view: 'moving',
    legs: [leg('BUY', 'CALL', 0), leg('BUY', 'PUT', 0)],
  },
  {
    id: 'long-strangle',
    title: 'Long strangle',
    view: 'moving',
    legs: [leg('BUY', 'CALL', 4), leg('BUY', 'PUT', -4)],
  },
  {
    id: 'call-ratio',
    title: 'Call ratio spread',
    view: 'moving',
    legs: [leg('BUY', 'CALL', 0), leg('SELL', 'CALL', 4, 2)],
  },
  {
    id: 'put-backspread',
    title: 'Put backspread',
    view: 'moving',
    legs: [leg('BUY', 'PUT', -4, 2), leg('SELL', 'PUT', 0)],
  },
];

/**
 * The legs of a template about the money. `ladder` holds the strikes, ascending; `expiries` the dates, nearest first, from
 * the one that is chosen. Undefined when the ladder or the dates do not reach far enough.
 */
export function legsOf(
  template: Template,
  ladder: readonly number[],
  atm: number,
  expiries: readonly string[],
): NewLeg[] | undefined {
  const at = ladder.indexOf(atm);
  const legs = template.legs.map(({ kind, side, lots, offset, later }) => {
    const strike = at < 0 ? undefined : ladder[at + offset];
    const expiry = expiries[later ?? 0];
    return strike === undefined || expiry === undefined ? undefined : { kind, side, lots, strike, expiry };
  });
  return legs.every((one) => one !== undefined) ? legs : undefined;
}

/** A leg in words: `Sell 2 × 25,000 CE`. */
export function describeLeg(leg: Pick<BuilderLeg, 'kind' | 'side' | 'lots' | 'strike'>): string {
  const side = leg.side === 'BUY' ? 'Buy' : 'Sell';
  const what = leg.kind === 'FUTURE' ? 'future' : `${leg.strike ?? ''} ${leg.kind === 'CALL' ? 'CE' : 'PE'}`;
  return `${side} ${leg.lots} × ${what}`;
}
