export * from './stream-client.ts';
