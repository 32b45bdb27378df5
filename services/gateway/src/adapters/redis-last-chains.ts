import { decodeLastChain, lastChainKey, type ChainUpdate } from '@vega/contracts';
import type { Logger } from '@vega/platform';
import type { Redis } from 'ioredis';
import type { LastChains } from './http/options-views.ts';

/** Last whole chains as options writes them to Redis. */
export class RedisLastChains implements LastChains {
  constructor(
    private readonly redis: Redis,
    private readonly logger: Logger,
  ) {}

  async fetchChain(underlyingKey: string, expiryDate: string): Promise<ChainUpdate | undefined> {
    try {
      const bytes = await this.redis.getBuffer(lastChainKey(underlyingKey, expiryDate));
      return bytes === null ? undefined : decodeLastChain(bytes)?.chain;
    } catch (error) {
      this.logger.warn({ err: error }, 'the last value of a chain cannot be read');
      return undefined;
    }
  }
}
