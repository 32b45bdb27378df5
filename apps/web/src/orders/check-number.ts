import { formatCompact, formatCount, formatPrice } from '../format/numbers.ts';

const AMOUNT: Readonly<Record<string, (value: number) => string>> = {
  rupees: (value) => `₹ ${formatPrice(value)}`,
  'rupees/point': (value) => `₹ ${formatCompact(Math.round(value * 100) / 100)} a point`,
  bp: (value) => `${(value / 100).toFixed(2)}%`,
  ms: (value) => `${formatCount(value)} ms`,
};

/** A number of a check with its unit. */
export function checkNumber(value: number | null, unit: string | null): string {
  if (value === null) return '';
  return AMOUNT[unit ?? '']?.(value) ?? `${formatCompact(value)}${unit === null ? '' : ` ${unit}`}`;
}
