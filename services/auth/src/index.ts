export { auth } from './auth.ts';
export { migrate } from './migrate.ts';
