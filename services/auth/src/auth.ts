import type { ServiceDefinition } from '@vega/platform';
import { AuthModule } from './auth.module.ts';
import { configSchema } from './config.ts';

/** The service as the platform starts it. */
export const auth: ServiceDefinition<(typeof configSchema)['shape']> = {
  name: 'auth',
  config: configSchema,
  module: (context) => AuthModule.open(context),
};
