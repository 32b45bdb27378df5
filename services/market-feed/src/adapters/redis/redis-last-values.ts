import { encodeLastValue, lastValueKey } from '@vega/contracts';
import type { Redis } from 'ioredis';
import type { LastValueStore, StoredTick } from '../../app/feed-ports.ts';

/** Longer than any closure of the market: on the first morning after it the last values are still there. */
const KEEP_SECONDS = 10 * 24 * 3600;

/** Last values as Redis strings under the keys of the contract, written in pipelines. */
export class RedisLastValues implements LastValueStore {
  constructor(private readonly redis: Redis) {}

  async write(values: readonly StoredTick[], writtenAtMs: number): Promise<void> {
    const pipeline = this.redis.pipeline();
    for (const { key, tick } of values) {
      const value = encodeLastValue(tick, writtenAtMs);
      pipeline.set(lastValueKey(key), Buffer.from(value.buffer, value.byteOffset, value.length), 'EX', KEEP_SECONDS);
    }
    const results = (await pipeline.exec()) ?? [];
    const failed = results.find(([error]) => error !== null);
    if (failed !== undefined) throw failed[0] as Error;
  }
}
