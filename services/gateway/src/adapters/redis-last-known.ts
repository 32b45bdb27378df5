import {
  decodeLastValue,
  GetFeedStatusResponse,
  GetOverviewResponse,
  Instrument,
  lastValueKey,
  toBytes,
  type Codec,
} from '@vega/contracts';
import { istDateOf, type Clock } from '@vega/kernel';
import type { Logger } from '@vega/platform';
import type { Redis } from 'ioredis';
import type { Known, KnownTick, LastKnown } from '../app/ports.ts';

const DAY_S = 86_400;

/** An answer of the same kind is written again after this time at the earliest. */
const WRITE_EVERY_MS = 1_000;

/** What an instrument is changes with the daily master at most. */
const INSTRUMENT_EVERY_MS = 3_600_000;
const MAX_REMEMBERED = 20_000;

/** Keys of the gateway's own: what its replicas saw, for each other and for their successors. */
const keys = {
  overview: 'gw:last:overview',
  feedStatus: 'gw:last:feed-status',
  instrument: (symbol: string): string => `gw:instrument:${symbol.includes('|') ? symbol : symbol.toUpperCase()}`,
};

/**
 * Last known values in Redis: ticks as market-feed writes them, answers and instruments as the gateway's replicas saw
 * them. Writes are best effort and never delay an answer.
 */
export class RedisLastKnown implements LastKnown {
  private readonly writtenAtMs = new Map<string, number>();

  constructor(
    private readonly redis: Redis,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  async fetchTick(symbol: string): Promise<Known<KnownTick> | undefined> {
    return this.read(async () => {
      const instrument = await this.fetchInstrument(symbol);
      const key = symbol.includes('|') ? symbol : instrument?.instrumentKey;
      if (key === undefined) return undefined;
      const bytes = await this.redis.getBuffer(lastValueKey(key));
      const last = bytes === null ? undefined : decodeLastValue(bytes);
      if (last === undefined) return undefined;
      // The time the feed gave counts; a value that was rewritten later is not younger for it.
      const seenAtMs = last.tick.receivedTimeUs === 0 ? last.writtenAtMs : last.tick.receivedTimeUs / 1000;
      return { value: { tick: last.tick, instrument }, ageMs: this.ageOf(seenAtMs) };
    });
  }

  fetchOverview(): Promise<Known<GetOverviewResponse> | undefined> {
    return this.fetchAnswer(keys.overview, GetOverviewResponse);
  }

  fetchFeedStatus(): Promise<Known<GetFeedStatusResponse> | undefined> {
    return this.fetchAnswer(keys.feedStatus, GetFeedStatusResponse);
  }

  rememberInstruments(instruments: readonly Instrument[]): void {
    for (const instrument of instruments) {
      for (const name of [instrument.instrumentKey, instrument.tradingSymbol]) {
        if (name !== '') this.write(keys.instrument(name), toBytes(Instrument, instrument), INSTRUMENT_EVERY_MS);
      }
    }
  }

  rememberOverview(overview: GetOverviewResponse): void {
    this.write(keys.overview, toBytes(GetOverviewResponse, overview), WRITE_EVERY_MS);
  }

  rememberFeedStatus(status: GetFeedStatusResponse): void {
    this.write(keys.feedStatus, toBytes(GetFeedStatusResponse, status), WRITE_EVERY_MS);
  }

  private async fetchInstrument(symbol: string): Promise<Instrument | undefined> {
    const bytes = await this.redis.getBuffer(keys.instrument(symbol));
    if (bytes === null || bytes.length < STAMP_BYTES) return undefined;
    const instrument = Instrument.decode(bytes.subarray(STAMP_BYTES));
    // An exchange token is given to another contract after expiry: what it was no longer tells what it is.
    const expired = instrument.expiryDate !== '' && instrument.expiryDate < istDateOf(this.clock.wallNow());
    return expired ? undefined : instrument;
  }

  private fetchAnswer<T>(key: string, codec: Codec<T>): Promise<Known<T> | undefined> {
    return this.read(async () => {
      const bytes = await this.redis.getBuffer(key);
      if (bytes === null || bytes.length < STAMP_BYTES) return undefined;
      return { value: codec.decode(bytes.subarray(STAMP_BYTES)), ageMs: this.ageOf(bytes.readDoubleBE(0)) };
    });
  }

  private ageOf(atMs: number): number {
    return Math.max(0, Math.round(this.clock.wallNow() - atMs));
  }

  private async read<T>(work: () => Promise<T | undefined>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.logger.warn({ err: error }, 'the last known value could not be read');
      return undefined;
    }
  }

  private write(key: string, body: Uint8Array, everyMs: number): void {
    const now = this.clock.monotonicMs();
    const writtenAt = this.writtenAtMs.get(key);
    if (writtenAt !== undefined && now - writtenAt < everyMs) return;
    if (this.writtenAtMs.size >= MAX_REMEMBERED) this.writtenAtMs.clear();
    this.writtenAtMs.set(key, now);
    const stamp = Buffer.allocUnsafe(STAMP_BYTES);
    stamp.writeDoubleBE(this.clock.wallNow(), 0);
    this.redis.set(key, Buffer.concat([stamp, body]), 'EX', DAY_S).catch((error: unknown) => {
      this.writtenAtMs.delete(key);
      this.logger.warn({ err: error }, 'what was seen could not be kept');
    });
  }
}

/** Bytes before each of the gateway's own values: when it was written, epoch ms as a big-endian double. */
const STAMP_BYTES = 8;
