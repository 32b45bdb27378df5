import { type KillSwitch, SwitchStops } from '@vega/contracts';
import { type Clock, OutcomeError } from '@vega/kernel';
import type { RiskDesk, RiskStore } from './risk-desk.ts';

const SCOPE =
  /^(all|user:[A-Za-z0-9_-]{1,64}|account:[A-Za-z0-9_-]{1,64}|strategy:[A-Za-z0-9_-]{1,64}:[A-Za-z0-9_.-]{1,64})$/;

/** Scopes of switches as text; undefined for anything else. */
export function parseScope(
  text: string,
): { readonly kind: 'all' | 'user' | 'account' | 'strategy'; readonly id: string } | undefined {
  if (!SCOPE.test(text)) return undefined;
  const [kind = 'all', id = ''] = text.split(':');
  return { kind: kind as 'all' | 'user' | 'account' | 'strategy', id };
}

/** Engages and releases kill switches: recorded first, then known here, then told. */
export class KillSwitches {
  constructor(
    private readonly options: {
      readonly store: RiskStore;
      readonly desk: RiskDesk;
      readonly clock: Clock;
      /** Tells others; what is not told they find in the record. */
      readonly tell: (change: KillSwitch) => void;
    },
  ) {}

  /** Returns after commit: no child is born after it that the switch stops. */
  async engage(scope: string, stops: SwitchStops, reason: string, by: string): Promise<KillSwitch> {
    const what = stops === SwitchStops.UNSPECIFIED ? SwitchStops.OPENING : stops;
    if (what !== SwitchStops.OPENING && what !== SwitchStops.EVERYTHING) {
      throw new OutcomeError('BAD_REQUEST', 'stops is OPENING or EVERYTHING');
    }
    return this.set(scope, what, reason, by);
  }

  release(scope: string, reason: string, by: string): Promise<KillSwitch> {
    return this.set(scope, SwitchStops.NOTHING, reason, by);
  }

  private async set(scope: string, stops: SwitchStops, reason: string, engagedBy: string): Promise<KillSwitch> {
    const { store, desk, clock, tell } = this.options;
    if (parseScope(scope) === undefined) {
      throw new OutcomeError('BAD_REQUEST', 'scope is all, user:<id>, account:<id> or strategy:<account>:<name>');
    }
    if (reason.length > 300) throw new OutcomeError('BAD_REQUEST', 'reason is at most 300 characters');
    const change = await store.setSwitch({ scope, stops, reason, engagedBy, atMs: clock.wallNow() });
    await desk.refresh();
    tell(change);
    return change;
  }
}
