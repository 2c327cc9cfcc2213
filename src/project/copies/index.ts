export { keepCopies, removeUnusedCopies, watchedCopies, type CopyRequest, type KeptCopies } from './keep-copies.js';
export { LINK_MODES, type LinkMode } from './link-mode.js';
export { movedText, movedValues, type Move } from './moved-paths.js';
