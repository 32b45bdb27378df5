export * from './gateway-http.ts';
export * from './gen/api.ts';
export * from './stream-client.ts';
