import type { Redis } from 'ioredis';
import type { SharedCount } from '../../app/rate-limiter.ts';

/** Counts in Redis; a count outlives its window by a little, whatever the clocks of replicas differ by. */
export class RedisRateCount implements SharedCount {
  constructor(
    private readonly redis: Redis,
    private readonly lingerMs: number,
  ) {}

  async add(key: string, permits: number, endMs: number): Promise<number> {
    const name = `gw:rate:${endMs}:${key}`;
    const answers = await this.redis
      .multi()
      .incrby(name, permits)
      .pexpireat(name, endMs + this.lingerMs)
      .exec();
    const [error, total] = answers?.[0] ?? [new Error('Redis gave no answer'), undefined];
    if (error !== null) throw error;
    if (typeof total !== 'number') throw new TypeError('Redis did not answer with a count');
    return total;
  }
}
