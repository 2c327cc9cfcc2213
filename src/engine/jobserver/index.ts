export type { CoreBudget, CoreShare } from './core-budget.js';
export { openCoreBudget, type JobserverMode } from './open-core-budget.js';
export { scriptsWith } from './seated-scripts.js';
export { VARIABLES_OF_MAKE } from './make-flags.js';
