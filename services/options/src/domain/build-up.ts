import { BuildUp } from '@vega/contracts';

/** What a price and its open interest say together against the previous day; UNSPECIFIED where one of them stands still or is unknown. */
export function buildUpOf(
  lastPaise: number | undefined,
  prevClosePaise: number | undefined,
  oiChange: number | undefined,
): BuildUp {
  if (lastPaise === undefined || prevClosePaise === undefined || oiChange === undefined) return BuildUp.UNSPECIFIED;
  const change = lastPaise - prevClosePaise;
  if (change === 0 || oiChange === 0) return BuildUp.UNSPECIFIED;
  if (oiChange > 0) return change > 0 ? BuildUp.LONG_BUILD_UP : BuildUp.SHORT_BUILD_UP;
  return change > 0 ? BuildUp.SHORT_COVERING : BuildUp.LONG_UNWINDING;
}
