import type { BrokerSwitch } from '@vega/contracts';
import { OutcomeError } from '@vega/kernel';

/** The broker's own kill switch of an account. */
export interface BrokerSwitches {
  get(accountId: string): Promise<readonly BrokerSwitch[]>;
  set(accountId: string, segments: readonly string[], enable: boolean): Promise<readonly BrokerSwitch[]>;
}

/** Segments that the broker's switch knows and this platform trades. */
export const SWITCHABLE_SEGMENTS = ['NSE_EQ', 'BSE_EQ', 'NSE_FO', 'BSE_FO'] as const;

/** Throws BAD_REQUEST for segments that cannot be switched. */
export function checkSegments(segments: readonly string[]): void {
  const known = new Set<string>(SWITCHABLE_SEGMENTS);
  if (segments.length > 0 && segments.every((one) => known.has(one)) && new Set(segments).size === segments.length)
    return;
  throw new OutcomeError('BAD_REQUEST', `segments is a list of ${SWITCHABLE_SEGMENTS.join(', ')}`);
}
