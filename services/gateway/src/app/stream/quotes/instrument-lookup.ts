import type { Instrument } from '@vega/contracts';
import { OutcomeError, type Clock } from '@vega/kernel';
import { refuseBadSymbol, unknownInstrument } from '../../market-queries.ts';
import type { LastKnown, MarketData } from '../../ports.ts';

/** An instrument is looked up again after this time: symbols come and go with the daily master. */
const LIFE_MS = 3_600_000;
const MAX_ENTRIES = 20_000;

interface Entry {
  readonly instrument: Instrument;
  readonly atMs: number;
}

/** What became of each symbol that was asked for. */
export interface Lookup {
  readonly found: ReadonlyMap<string, Instrument>;
  readonly refused: ReadonlyMap<string, OutcomeError>;
}

/** Finds instruments by key or trading symbol; what was found before is answered from memory, also while market-feed is away. */
export class InstrumentLookup {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly market: MarketData,
    private readonly lastKnown: LastKnown,
    private readonly clock: Clock,
  ) {}

  /** Throws what {@link MarketData.fetchInstruments} throws when some symbol is neither known here nor can be asked for. */
  async find(symbols: readonly string[]): Promise<Lookup> {
    const found = new Map<string, Instrument>();
    const refused = new Map<string, OutcomeError>();
    const missing: string[] = [];
    for (const symbol of new Set(symbols)) {
      const refusal = refusalOf(symbol);
      const entry = this.entries.get(nameOf(symbol));
      if (refusal !== undefined) refused.set(symbol, refusal);
      else if (entry !== undefined && this.clock.monotonicMs() - entry.atMs < LIFE_MS)
        found.set(symbol, entry.instrument);
      else missing.push(symbol);
    }
    if (missing.length === 0) return { found, refused };
    try {
      const { instruments } = await this.market.fetchInstruments(missing);
      for (const symbol of missing) {
        const name = nameOf(symbol);
        const instrument = instruments.find((one) => one.instrumentKey === name || nameOf(one.tradingSymbol) === name);
        if (instrument === undefined) refused.set(symbol, unknownInstrument(symbol));
        else {
          found.set(symbol, instrument);
          this.keep(name, instrument);
        }
      }
      this.lastKnown.rememberInstruments([...found.values()]);
    } catch (error) {
      for (const symbol of missing) {
        const instrument = await this.recall(symbol);
        if (instrument === undefined) throw error;
        found.set(symbol, instrument);
      }
    }
    return { found, refused };
  }

  /** What the instrument was when it was looked up last, here or by another replica. */
  private async recall(symbol: string): Promise<Instrument | undefined> {
    return this.entries.get(nameOf(symbol))?.instrument ?? (await this.lastKnown.fetchTick(symbol))?.value.instrument;
  }

  private keep(name: string, instrument: Instrument): void {
    this.entries.delete(name);
    this.entries.set(name, { instrument, atMs: this.clock.monotonicMs() });
    if (this.entries.size <= MAX_ENTRIES) return;
    const [oldest] = this.entries.keys();
    if (oldest !== undefined) this.entries.delete(oldest);
  }
}

/** Keys are exact, trading symbols are not told apart by case. */
function nameOf(symbol: string): string {
  return symbol.includes('|') ? symbol : symbol.toUpperCase();
}

function refusalOf(symbol: string): OutcomeError | undefined {
  try {
    refuseBadSymbol(symbol);
    return undefined;
  } catch (error) {
    if (error instanceof OutcomeError) return error;
    throw error;
  }
}
