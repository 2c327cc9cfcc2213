export type { Fetched } from './fetch-declared.js';
export { Locking } from './locking.js';
