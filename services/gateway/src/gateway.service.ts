import type { ServiceDefinition } from '@vega/platform';
import { gatewayConfig } from './config.ts';
import { GatewayModule } from './gateway.module.ts';
import { serve } from './serve.ts';

/** The gateway as the platform starts it. */
export const gatewayService: ServiceDefinition<(typeof gatewayConfig)['shape']> = {
  name: 'gateway',
  config: gatewayConfig,
  module: (context) => GatewayModule.of(context),
  serve,
};
