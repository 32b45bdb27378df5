export * from './chain-follower.ts';
export * from './gateway-http.ts';
export * from './gateway-session.ts';
export * from './gen/api.ts';
export * from './stream-client.ts';
export * from './stream-events.ts';
export * from './stream-socket.ts';
