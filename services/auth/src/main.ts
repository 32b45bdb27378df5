import { startService } from '@vega/platform';
import { auth } from './auth.ts';

await startService(auth);
