import type { ServiceContext } from '@vega/platform';
import { Redis } from 'ioredis';

const COMMAND_TIMEOUT_MS = 2_000;

/**
 * This service's connection to Redis. It tries for ever; a command given while it is away fails at once instead of
 * waiting in memory.
 */
export function openRedis(url: string, context: Pick<ServiceContext, 'logger' | 'health' | 'replica'>): Redis {
  const { logger, health, replica } = context;
  const redis = new Redis(url, {
    connectionName: replica,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: COMMAND_TIMEOUT_MS,
    retryStrategy: (attempt) => Math.min(attempt * 100, 2_000),
  });
  let away = false;
  redis.on('error', (error: Error) => {
    if (!away) logger.warn({ err: error }, 'Redis is away');
    away = true;
  });
  redis.on('ready', () => {
    if (away) logger.info('Redis is back');
    away = false;
  });
  health.register({ name: 'redis', check: () => redis.ping().then(() => undefined) });
  return redis;
}
