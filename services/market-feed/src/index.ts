export { marketFeed } from './market-feed.ts';
export { migrate } from './migrate.ts';
