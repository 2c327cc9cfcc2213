export { ChildRegistry } from './child-registry.js';
export { runProgram, type ProgramRequest, type ProgramResult } from './run-program.js';
export { runScript } from './run-script.js';
export type { Captured, ScriptRequest, ScriptResult } from './script.js';
export { describeShell, type Shell } from './shell.js';
