export { marketFeed } from './market-feed.ts';
