import { startService } from '@vega/platform';
import { orders } from './orders.ts';

await startService(orders);
