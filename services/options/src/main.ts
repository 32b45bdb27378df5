import { startService } from '@vega/platform';
import { options } from './options.ts';

await startService(options);
