export type { Fetched } from './fetch-declared.js';
export { Locking } from './locking.js';
export { readGraph } from './read-graph.js';
