// Indian number formats from cached formatters: building an Intl formatter costs far more than using one.

const cache = new Map<string, Intl.NumberFormat>();

function formatter(minimum: number, maximum: number): Intl.NumberFormat {
  const key = `${minimum}:${maximum}`;
  let found = cache.get(key);
  if (found === undefined) {
    found = new Intl.NumberFormat('en-IN', { minimumFractionDigits: minimum, maximumFractionDigits: maximum });
    cache.set(key, found);
  }
  return found;
}

/** What stands where nothing is known: never a zero. */
export const MISSING = '–';

type Maybe = number | null | undefined;

const known = (value: Maybe): value is number => value !== null && value !== undefined && Number.isFinite(value);

/** Rupees with two decimals in Indian grouping: `1,23,45,678.90`. */
export function formatPrice(rupees: Maybe): string {
  return known(rupees) ? formatter(2, 2).format(rupees) : MISSING;
}

/** A whole number in Indian grouping: `1,35,870`. */
export function formatCount(count: Maybe): string {
  return known(count) ? formatter(0, 0).format(count) : MISSING;
}

/** A large number as people say it: `1.23 Cr`, `4.50 L`, `12,345`. */
export function formatCompact(value: Maybe): string {
  if (!known(value)) return MISSING;
  const size = Math.abs(value);
  if (size >= 1e7) return `${formatter(2, 2).format(value / 1e7)} Cr`;
  if (size >= 1e5) return `${formatter(2, 2).format(value / 1e5)} L`;
  return formatter(0, 2).format(value);
}

/** A change with its sign: `+12.30`, `−4.05`, `0.00`. */
export function formatChange(rupees: Maybe): string {
  if (!known(rupees)) return MISSING;
  const text = formatter(2, 2).format(Math.abs(rupees));
  if (rupees > 0) return `+${text}`;
  return rupees < 0 ? `−${text}` : text;
}

/** A percentage with its sign: `+1.25%`. */
export function formatPercent(percent: Maybe): string {
  return known(percent) ? `${formatChange(percent)}%` : MISSING;
}

/** An age: `now` under a second, then `3 s`, `2 min`, `1 h`. */
export function formatAge(ms: Maybe): string {
  if (!known(ms)) return MISSING;
  if (ms < 1_000) return 'now';
  if (ms < 60_000) return `${Math.floor(ms / 1_000)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min`;
  return `${Math.floor(ms / 3_600_000)} h`;
}
