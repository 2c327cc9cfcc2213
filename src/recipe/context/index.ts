export { archivesOf } from './archives.js';
export { checkAndMarkError, createContext, type PhaseContext } from './context.js';
export { renameAcrossDevices } from './files.js';
export { refuseFailure } from './run.js';
export type { DependencyAccess, PhaseEffects, PhaseFolders, PhaseServices } from './services.js';
