import type { ServiceDefinition } from '@vega/platform';
import { configSchema } from './config.ts';
import { OptionsModule } from './options.module.ts';

/** The service as the platform starts it. */
export const options: ServiceDefinition<(typeof configSchema)['shape']> = {
  name: 'options',
  config: configSchema,
  module: (context) => OptionsModule.open(context),
};
