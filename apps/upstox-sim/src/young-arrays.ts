import { setFlagsFromString } from 'node:v8';

/**
 * Imported before anything else. V8 takes the lists of a step and of a frame for long-lived, since some are alive whenever it looks,
 * and from then on puts them into its old generation, where they stay until the whole heap is collected: at each change of the date
 * its heap was seen to swell by a third, to keep those pages and to go on growing over dates (docs/benchmarks.md, the soak).
 */
setFlagsFromString('--no-allocation-site-pretenuring');
