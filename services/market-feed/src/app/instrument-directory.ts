/**
 * Goal: the whole instrument master (about a hundred thousand rows) in memory, for every tick, quote and request, in a
 * fraction of what as many objects take.
 *
 * Method: one column per field; texts that repeat (names, underlyings, dates, types) are kept once and referred to by
 * number; the contract's message is made when it is asked for. A new master is built beside the old one, piece by piece,
 * and takes its place in one step.
 */
import type { Instrument } from '@vega/contracts';
import { instrumentKey, type InstrumentKey } from '@vega/kernel';
import type { InstrumentDirectory } from './ports.ts';

/** Texts numbered from 0 in order of their first coming. */
class Texts {
  readonly values: string[] = [];
  private readonly numbers = new Map<string, number>();

  add(text: string): number {
    let number = this.numbers.get(text);
    if (number === undefined) {
      number = this.values.length;
      this.values.push(text);
      this.numbers.set(text, number);
    }
    return number;
  }

  /** Ends adding: the way back from text to number is forgotten. */
  seal(): void {
    this.numbers.clear();
  }
}

/** A numeric column that grows. */
class Column<A extends Float64Array | Int32Array | Uint8Array> {
  private values: A;
  private length = 0;

  constructor(private readonly make: (size: number) => A) {
    this.values = make(4_096);
  }

  push(value: number): void {
    if (this.length === this.values.length) {
      const grown = this.make(this.length * 2);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[this.length] = value;
    this.length += 1;
  }

  at(row: number): number {
    return this.values[row] as number;
  }

  seal(): void {
    const exact = this.make(this.length);
    exact.set(this.values.subarray(0, this.length));
    this.values = exact;
  }
}

const float64 = (size: number): Float64Array => new Float64Array(size);
const int32 = (size: number): Int32Array => new Int32Array(size);
const uint8 = (size: number): Uint8Array => new Uint8Array(size);

/** One instrument master in columns. */
class MasterTable {
  readonly keys: string[] = [];
  readonly rowOfKey = new Map<string, number>();
  readonly rowOfSymbol = new Map<string, number>();
  /** Rows of futures by underlying key, nearest expiry first once sealed. */
  readonly futures = new Map<string, number[]>();
  underlyings: readonly InstrumentKey[] = [];
  /** Rows of derivatives by underlying key and expiry date; ordered once sealed. */
  readonly derivatives = new Map<string, Map<string, number[]>>();
  private readonly symbols: string[] = [];
  private readonly texts = new Texts();
  private readonly id = new Column(float64);
  private readonly strike = new Column(float64);
  private readonly lot = new Column(float64);
  private readonly freeze = new Column(float64);
  private readonly tick = new Column(int32);
  private readonly flags = new Column(uint8);
  private readonly numbered = {
    segment: new Column(int32),
    exchange: new Column(int32),
    instrumentType: new Column(int32),
    name: new Column(int32),
    isin: new Column(int32),
    underlyingKey: new Column(int32),
    underlyingSymbol: new Column(int32),
    underlyingType: new Column(int32),
    expiryDate: new Column(int32),
    firstSeen: new Column(int32),
    lastSeen: new Column(int32),
  };

  add(instrument: Instrument): void {
    const row = this.keys.length;
    this.keys.push(instrument.instrumentKey);
    this.symbols.push(instrument.tradingSymbol);
    this.rowOfKey.set(instrument.instrumentKey, row);
    for (const name of Object.keys(this.numbered) as (keyof MasterTable['numbered'])[]) {
      this.numbered[name].push(this.texts.add(instrument[name]));
    }
    this.id.push(instrument.instrumentId);
    this.strike.push(instrument.strikePaise);
    this.lot.push(instrument.lotSize);
    this.freeze.push(instrument.freezeQty);
    this.tick.push(instrument.tickSizePaise);
    this.flags.push(instrument.weekly ? 1 : 0);
    this.nameRow(instrument, row);
    if (instrument.underlyingKey !== '') this.addDerivative(instrument, row);
    if (instrument.instrumentType === 'FUT') {
      const futures = this.futures.get(instrument.underlyingKey);
      if (futures === undefined) this.futures.set(instrument.underlyingKey, [row]);
      else futures.push(row);
    }
  }

  seal(): void {
    this.texts.seal();
    for (const column of [this.id, this.strike, this.lot, this.freeze]) column.seal();
    this.tick.seal();
    this.flags.seal();
    for (const column of Object.values(this.numbered)) column.seal();
    this.underlyings = [...this.derivatives.keys()]
      .filter((key) => this.rowOfKey.has(key))
      .sort((a, b) => underlyingOrder(a) - underlyingOrder(b) || (a < b ? -1 : 1))
      .map(instrumentKey);
    for (const expiries of this.derivatives.values()) {
      for (const rows of expiries.values()) rows.sort((a, b) => this.chainOrder(a) - this.chainOrder(b));
    }
    for (const rows of this.futures.values()) {
      rows.sort((a, b) => {
        const [one, other] = [this.text('expiryDate', a), this.text('expiryDate', b)];
        return one === other ? ((this.keys[a] as string) < (this.keys[b] as string) ? -1 : 1) : one < other ? -1 : 1;
      });
    }
  }

  instrument(row: number): Instrument {
    return {
      instrumentId: this.id.at(row),
      instrumentKey: this.keys[row] as string,
      segment: this.text('segment', row),
      exchange: this.text('exchange', row),
      instrumentType: this.text('instrumentType', row),
      tradingSymbol: this.symbols[row] as string,
      name: this.text('name', row),
      isin: this.text('isin', row),
      underlyingKey: this.text('underlyingKey', row),
      underlyingSymbol: this.text('underlyingSymbol', row),
      underlyingType: this.text('underlyingType', row),
      expiryDate: this.text('expiryDate', row),
      strikePaise: this.strike.at(row),
      lotSize: this.lot.at(row),
      freezeQty: this.freeze.at(row),
      tickSizePaise: this.tick.at(row),
      weekly: this.flags.at(row) === 1,
      firstSeen: this.text('firstSeen', row),
      lastSeen: this.text('lastSeen', row),
    };
  }

  private addDerivative(instrument: Instrument, row: number): void {
    const { underlyingKey, expiryDate } = instrument;
    let expiries = this.derivatives.get(underlyingKey);
    if (expiries === undefined) this.derivatives.set(underlyingKey, (expiries = new Map()));
    const rows = expiries.get(expiryDate);
    if (rows === undefined) expiries.set(expiryDate, [row]);
    else rows.push(row);
  }

  /** Futures, which have no strike, first; then by strike, calls before puts. */
  private chainOrder(row: number): number {
    return this.strike.at(row) * 2 + (this.text('instrumentType', row) === 'PE' ? 1 : 0);
  }

  text(name: keyof MasterTable['numbered'], row: number): string {
    return this.texts.values[this.numbered[name].at(row)] as string;
  }

  ids(): Set<number> {
    return new Set(this.keys.map((_key, row) => this.id.at(row)));
  }

  /** Remembers the row under its symbol unless a better one has it. */
  private nameRow(instrument: Instrument, row: number): void {
    const symbol = instrument.tradingSymbol.toUpperCase();
    const present = this.rowOfSymbol.get(symbol);
    if (present === undefined || this.prefer(row, present)) this.rowOfSymbol.set(symbol, row);
  }

  private prefer(row: number, present: number): boolean {
    const [a, b] = [this.symbolOrder(row), this.symbolOrder(present)];
    return a === b ? (this.keys[row] as string) < (this.keys[present] as string) : a < b;
  }

  /** Cash before indices before derivatives, NSE before BSE, and of one issuer's papers the share in its usual series. */
  private symbolOrder(row: number): number {
    const segment = this.text('segment', row);
    const kind = segment.endsWith('_EQ') ? 0 : segment.endsWith('_INDEX') ? 1 : 2;
    const series = this.text('instrumentType', row);
    return kind * 100 + (segment.startsWith('NSE') ? 0 : 10) + (series === 'EQ' || series === 'A' ? 0 : 1);
  }
}

function underlyingOrder(key: string): number {
  return (key.includes('_INDEX|') ? 0 : 2) + (key.startsWith('NSE') ? 0 : 1);
}

/** The instrument master in memory. Empty until a first one is loaded. */
export class MemoryInstrumentDirectory implements InstrumentDirectory {
  masterDate = '';
  private table = new MasterTable();
  private readonly listeners = new Set<() => void>();

  get size(): number {
    return this.table.keys.length;
  }

  byKey(key: InstrumentKey): Instrument | undefined {
    const row = this.table.rowOfKey.get(key);
    return row === undefined ? undefined : this.table.instrument(row);
  }

  resolve(symbol: string): Instrument | undefined {
    const trimmed = symbol.trim();
    const row = this.table.rowOfKey.get(trimmed) ?? this.table.rowOfSymbol.get(trimmed.toUpperCase());
    return row === undefined ? undefined : this.table.instrument(row);
  }

  underlyings(): readonly InstrumentKey[] {
    return this.table.underlyings;
  }

  futuresOf(underlying: InstrumentKey): readonly Instrument[] {
    return (this.table.futures.get(underlying) ?? []).map((row) => this.table.instrument(row));
  }

  expiriesOf(underlying: InstrumentKey): readonly string[] {
    return [...(this.table.derivatives.get(underlying)?.keys() ?? [])].sort();
  }

  derivativesOf(underlying: InstrumentKey, expiryDate: string): readonly Instrument[] {
    const rows = this.table.derivatives.get(underlying)?.get(expiryDate) ?? [];
    return rows.map((row) => this.table.instrument(row));
  }

  keys(): readonly InstrumentKey[] {
    return this.table.keys as InstrumentKey[];
  }

  /** The instrument ids of the master in use. */
  ids(): ReadonlySet<number> {
    return this.table.ids();
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Builds a master from pieces and puts it in the place of the present one; tells the listeners. */
  async replace(masterDate: string, pieces: AsyncIterable<readonly Instrument[]>): Promise<void> {
    const table = new MasterTable();
    for await (const piece of pieces) for (const instrument of piece) table.add(instrument);
    table.seal();
    this.table = table;
    this.masterDate = masterDate;
    for (const listener of this.listeners) listener();
  }
}
