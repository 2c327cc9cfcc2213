export {
  keepCopies,
  planCopies,
  removeUnusedCopies,
  watchedCopies,
  type CopyRequest,
  type KeptCopies,
  type PlannedCopies,
} from './keep-copies.js';
export { LINK_MODES, type LinkMode } from './link-mode.js';
export { movedText, movedValues, type Move } from './moved-paths.js';
