/** A broker and a platform for tests of what trades: real servers, and stand-ins for the services around it. */
export * from './broker-stage.ts';
export * from './platform-stage.ts';
