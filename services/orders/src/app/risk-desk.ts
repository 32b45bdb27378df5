/** Kill switches and limits as this process knows them; PostgreSQL is their record, every writer reads them from here. */
import { type KillSwitch, type RiskLimits, SwitchStops } from '@vega/contracts';
import type { LimitFacts } from '@vega/trading';

export interface RiskStore {
  loadSwitches(): Promise<readonly KillSwitch[]>;
  loadLimits(): Promise<readonly RiskLimits[]>;
  /** Records a switch and makes every writer it concerns look again; answers after commit. */
  setSwitch(change: Omit<KillSwitch, 'revision'>): Promise<KillSwitch>;
  /** Replaces limits whose revision is still the one that was read; undefined when it is not. */
  setLimits(limits: RiskLimits): Promise<RiskLimits | undefined>;
}

/** What holds where nobody has set anything: room to trade by hand, and a stop for slips of the finger. */
export const DEFAULT_LIMITS = {
  maxPriceDistanceBp: 3_000,
  maxOrderNotionalPaise: 10_000_000_000,
  marketProtectionBp: 300,
  duplicateWindowMs: 500,
  maxOpenOrders: 200,
  maxOrdersPerSecond: 10,
  maxOrdersPerDay: 5_000,
  forbidSelfTrade: true,
  maxMarginUseBp: 10_000,
} as const;

const STRENGTH: readonly SwitchStops[] = [SwitchStops.NOTHING, SwitchStops.OPENING, SwitchStops.EVERYTHING];

export class RiskDesk {
  private switches = new Map<string, KillSwitch>();
  private limits = new Map<string, RiskLimits>();
  private readonly merged = new Map<string, LimitFacts>();

  constructor(private readonly store: RiskStore) {}

  /** Reads everything again. */
  async refresh(): Promise<void> {
    const [switches, limits] = await Promise.all([this.store.loadSwitches(), this.store.loadLimits()]);
    this.switches = new Map(switches.map((one) => [one.scope, one]));
    this.limits = new Map(limits.map((one) => [keyOf(one.accountId, one.strategy), one]));
    this.merged.clear();
  }

  /** Of the switches that cover an order, the one that stops most. */
  kill(
    userId: string,
    accountId: string,
    strategy: string,
  ): { stops: 'nothing' | 'opening' | 'everything'; scope: string } {
    const scopes = ['all', `user:${userId}`, `account:${accountId}`];
    if (strategy !== '') scopes.push(`strategy:${accountId}:${strategy}`);
    let strongest: KillSwitch | undefined;
    for (const scope of scopes) {
      const one = this.switches.get(scope);
      if (one === undefined) continue;
      if (strongest === undefined || STRENGTH.indexOf(one.stops) > STRENGTH.indexOf(strongest.stops)) strongest = one;
    }
    const stops = strongest?.stops ?? SwitchStops.NOTHING;
    const word =
      stops === SwitchStops.EVERYTHING ? 'everything' : stops === SwitchStops.OPENING ? 'opening' : 'nothing';
    return { stops: word, scope: strongest?.scope ?? '' };
  }

  allSwitches(): readonly KillSwitch[] {
    return [...this.switches.values()];
  }

  limitsOf(accountId: string): readonly RiskLimits[] {
    return [...this.limits.values()].filter((one) => one.accountId === accountId);
  }

  /** The limits of an account, tightened by those of a strategy. */
  limitFacts(accountId: string, strategy: string): LimitFacts {
    const key = keyOf(accountId, strategy);
    let facts = this.merged.get(key);
    if (facts === undefined) {
      const account = this.limits.get(keyOf(accountId, ''));
      const own = strategy === '' ? undefined : this.limits.get(key);
      facts = merge(account, own);
      this.merged.set(key, facts);
    }
    return facts;
  }
}

function keyOf(accountId: string, strategy: string): string {
  return `${accountId} ${strategy}`;
}

type Figure = {
  [K in keyof RiskLimits]-?: NonNullable<RiskLimits[K]> extends number ? K : never;
}[keyof RiskLimits];

function merge(account: RiskLimits | undefined, own: RiskLimits | undefined): LimitFacts {
  const least = (name: Figure, otherwise?: number): number | undefined => {
    const values = [account?.[name], own?.[name]].filter((one): one is number => one !== undefined);
    return values.length === 0 ? otherwise : Math.min(...values);
  };
  const lists = (name: 'allowedInstruments' | 'allowedProducts'): ReadonlySet<string> | undefined => {
    const given = [account?.[name] ?? [], own?.[name] ?? []].filter((list) => list.length > 0);
    if (given.length === 0) return undefined;
    return new Set((given[0] ?? []).filter((one) => given.every((list) => list.includes(one))));
  };
  const windows = [account?.duplicateWindowMs, own?.duplicateWindowMs].filter(
    (one): one is number => one !== undefined,
  );
  return {
    maxPriceDistanceBp: least('maxPriceDistanceBp', DEFAULT_LIMITS.maxPriceDistanceBp),
    maxOrderNotionalPaise: least('maxOrderNotionalPaise', DEFAULT_LIMITS.maxOrderNotionalPaise),
    maxOrderQty: least('maxOrderQty'),
    marketProtectionBp: least('marketProtectionBp', DEFAULT_LIMITS.marketProtectionBp) ?? 0,
    // The longer window is the tighter one.
    duplicateWindowMs: windows.length === 0 ? DEFAULT_LIMITS.duplicateWindowMs : Math.max(...windows),
    maxOpenOrders: least('maxOpenOrders', DEFAULT_LIMITS.maxOpenOrders),
    maxOrdersPerSecond: least('maxOrdersPerSecond', DEFAULT_LIMITS.maxOrdersPerSecond),
    maxOrdersPerMinute: least('maxOrdersPerMinute'),
    maxOrdersPerDay: least('maxOrdersPerDay', DEFAULT_LIMITS.maxOrdersPerDay),
    maxPositionQty: least('maxPositionQty'),
    maxExposurePaise: least('maxExposurePaise'),
    maxDailyLossPaise: least('maxDailyLossPaise'),
    maxBookDelta: least('maxBookDelta'),
    maxBookGamma: least('maxBookGamma'),
    maxBookVega: least('maxBookVega'),
    maxScenarioLossPaise: least('maxScenarioLossPaise'),
    allowedInstruments: lists('allowedInstruments'),
    allowedProducts: lists('allowedProducts'),
    forbidSelfTrade: own?.forbidSelfTrade ?? account?.forbidSelfTrade ?? DEFAULT_LIMITS.forbidSelfTrade,
    maxMarginUseBp: least('maxMarginUseBp', DEFAULT_LIMITS.maxMarginUseBp) ?? 10_000,
  };
}
