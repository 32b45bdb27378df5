import { startService } from '@vega/platform';
import { archiverConfigSchema, ArchiverModule } from './archiver.module.ts';

await startService({
  name: 'market-feed-archiver',
  config: archiverConfigSchema,
  module: (context) => ArchiverModule.start(context),
});
