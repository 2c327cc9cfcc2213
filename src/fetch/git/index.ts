export { cloneGit, resolveGitRef, type CloneOptions } from './git-clone.js';
export type { GitStore } from './git-mirror.js';
