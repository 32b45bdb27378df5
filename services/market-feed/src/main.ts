import { startService } from '@vega/platform';
import { marketFeed } from './market-feed.ts';

await startService(marketFeed);
