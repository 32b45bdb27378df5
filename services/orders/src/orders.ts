import type { ServiceDefinition } from '@vega/platform';
import { configSchema } from './config.ts';
import { OrdersModule } from './orders.module.ts';

/** The service as the platform starts it. */
export const orders: ServiceDefinition<(typeof configSchema)['shape']> = {
  name: 'orders',
  config: configSchema,
  module: (context) => OrdersModule.open(context),
};
