export * from './clock.ts';
export * from './errors.ts';
export * from './identity.ts';
export * from './instrument-key.ts';
export * from './invariant.ts';
export * from './ist-time.ts';
export * from './paise.ts';
export * from './result.ts';
