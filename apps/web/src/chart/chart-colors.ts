/** The colours of the theme that the chart draws with. */
export interface ChartColors {
  panel: string;
  line: string;
  ink: string;
  dim: string;
  accent: string;
  gain: string;
  loss: string;
  warn: string;
  paper: string;
}

const NAMES = ['panel', 'line', 'ink', 'dim', 'accent', 'gain', 'loss', 'warn', 'paper'] as const;

/** Reads the colours from the page's style, since a canvas knows no style sheet. */
export function readChartColors(): ChartColors {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(
    NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
  ) as unknown as ChartColors;
}

/** A colour of the form #rrggbb with an opacity from 0 to 1. */
export function faded(color: string, opacity: number): string {
  return `${color}${Math.round(opacity * 255)
    .toString(16)
    .padStart(2, '0')}`;
}
