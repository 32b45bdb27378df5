/**
 * `npm run bus:keys`: makes the keys of the bus users, those that are missing. Seeds and public keys go below the state folder,
 * for the eyes of their owner only; deploy/k8s/README.md tells how they become Secrets.
 */
import { join } from 'node:path';
import { prepareBus } from './stack/bus.ts';
import { parseStartOptions } from './stack/options.ts';

const { folder } = prepareBus(parseStartOptions(process.argv.slice(2)).state);
console.log(`seeds: ${join(folder, '<user>.nk')}\npublic keys: ${join(folder, 'nkeys.env')}`);
