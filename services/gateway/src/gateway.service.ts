import type { ServiceDefinition } from '@vega/platform';
import type { AccessPolicy } from './app/access.ts';
import { gatewayConfig } from './config.ts';
import { GatewayModule } from './gateway.module.ts';
import { serve } from './serve.ts';

/** The gateway; `access` takes the place of its own policy, in specs that are not about who is let in. */
export function gatewayServiceWith(access?: AccessPolicy): ServiceDefinition<(typeof gatewayConfig)['shape']> {
  return {
    name: 'gateway',
    config: gatewayConfig,
    module: (context) => GatewayModule.of(context, access),
    serve,
  };
}

/** The gateway as the platform starts it. */
export const gatewayService = gatewayServiceWith();
