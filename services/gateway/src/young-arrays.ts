import { setFlagsFromString } from 'node:v8';

/**
 * Imported before anything else. V8 takes the lists of a stream flush for long-lived, since those of some clients are alive whenever
 * it looks, and from then on puts all of them into its old generation: 20,000 dead ones a second that only a collection of the
 * whole heap finds, one each second, most of what the hub costs (docs/benchmarks.md).
 */
setFlagsFromString('--no-allocation-site-pretenuring');
