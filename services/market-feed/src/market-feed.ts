import type { ServiceDefinition } from '@vega/platform';
import { configSchema } from './config.ts';
import { MarketFeedModule } from './market-feed.module.ts';

/** The service as the platform starts it. */
export const marketFeed: ServiceDefinition<(typeof configSchema)['shape']> = {
  name: 'market-feed',
  config: configSchema,
  module: (context) => MarketFeedModule.open(context),
};
