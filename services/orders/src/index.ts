/** orders is a process: others talk to it on the bus. What is exported here serves its tests and benches. */
export { orders } from './orders.ts';
export { migrate } from './migrate.ts';
