import type { Health, Logger } from '@vega/platform';
import { Redis } from 'ioredis';

/**
 * The process's connection to Redis: commands fail at once while it is lost, since what they would bring is a substitute
 * for an answer that is already late. It tries for ever; until it stands the service is not ready.
 */
export async function connectRedis(url: string, health: Health, logger: Logger): Promise<Redis> {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 5_000,
    commandTimeout: 500,
    retryStrategy: (attempt) => Math.min(2_000, 100 * attempt),
  });
  redis.on('error', (error: Error) => logger.warn({ err: error }, 'Redis reported an error'));
  await redis.connect().catch(() => logger.error('Redis cannot be reached; trying on'));
  health.register({
    name: 'redis',
    check: () => (redis.status === 'ready' ? undefined : 'not connected to Redis'),
  });
  return redis;
}
