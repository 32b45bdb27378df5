import { stopTestServers } from './jest-global-setup.ts';

/** Jest's `globalTeardown`. */
export default function globalTeardown(): Promise<void> {
  return stopTestServers();
}
