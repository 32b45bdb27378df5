import { ChainUpdate, decodeLastChain, encodeStamped, lastChainKey, toBytes } from '@vega/contracts';
import type { Clock } from '@vega/kernel';
import type { Redis } from 'ioredis';
import type { LastChains } from '../../app/ports.ts';

/** Longer than any closure of the market: on the first morning after it the last chain is still there. */
const KEEP_SECONDS = 10 * 24 * 3600;

/** Last whole chains as Redis strings under the keys of the contract. */
export class RedisLastChains implements LastChains {
  constructor(
    private readonly redis: Redis,
    private readonly clock: Clock,
  ) {}

  async write(chain: ChainUpdate): Promise<void> {
    const value = encodeStamped(toBytes(ChainUpdate, chain), this.clock.wallNow());
    const key = lastChainKey(chain.underlyingKey, chain.expiryDate);
    await this.redis.set(key, Buffer.from(value.buffer, value.byteOffset, value.length), 'EX', KEEP_SECONDS);
  }

  async read(underlyingKey: string, expiryDate: string): Promise<ChainUpdate | undefined> {
    const bytes = await this.redis.getBuffer(lastChainKey(underlyingKey, expiryDate));
    return bytes === null ? undefined : decodeLastChain(bytes)?.chain;
  }
}
