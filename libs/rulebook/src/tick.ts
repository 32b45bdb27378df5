import { invariant, paise, type Paise } from '@vega/kernel';

/** Which way a price moves to the grid; `nearest` takes the higher of two equally near. */
export type TickRounding = 'down' | 'up' | 'nearest';

/** Whether a price lies on the tick grid. A tick that is not a positive whole number of paise is a defect. */
export function isOnTick(pricePaise: Paise, tickPaise: Paise): boolean {
  requireTick(tickPaise);
  return pricePaise % tickPaise === 0;
}

/** The price moved to the tick grid; exact for every safe integer. */
export function roundToTick(pricePaise: Paise, tickPaise: Paise, rounding: TickRounding): Paise {
  requireTick(tickPaise);
  const over = ((pricePaise % tickPaise) + tickPaise) % tickPaise;
  if (over === 0) return pricePaise;
  const up = rounding === 'up' || (rounding === 'nearest' && over * 2 >= tickPaise);
  const rounded = pricePaise - over + (up ? tickPaise : 0);
  return paise(rounded === 0 ? 0 : rounded);
}

function requireTick(tickPaise: Paise): void {
  invariant(
    Number.isSafeInteger(tickPaise) && tickPaise > 0,
    `a tick is a positive integer of paise, got ${tickPaise}`,
  );
}
