export { tar, tarGz, zip, type ArchiveEntry } from './archives.js';
export { type CommandResult, type RunningCommand } from './command.js';
export { type Gate } from './gates.js';
export { holderIsIn } from './lock-records.js';
export {
  certificateFile,
  cutAfter,
  holdAfter,
  inTurn,
  LoopbackServer,
  respondWith,
  servePart,
  type Responder,
  type SeenRequest,
} from './loopback-server.js';
export { expectManifestRefused, expectNothingKept, expectRecipeRefused, WRONG, type Mistake } from './mistakes.js';
export { CODE, printedByInstall, runPhaseCode, type PhaseCodeOptions, type PhaseName } from './phase-code.js';
export { NpmRegistry } from './npm-registry.js';
export { RunReport, type ReportedError, type ReportedPackage } from './run-report.js';
export {
  DRIVEN_SHELLS,
  environmentOf,
  hasProgram,
  runShell,
  sessionText,
  shellSession,
  testWith,
  titleFor,
  type DrivenShellName,
} from './shell-session.js';
export { Terminal, type TerminalOptions } from './terminal.js';
export { type EventTest, type TraceEvent } from './trace.js';
export { World, type CommandOptions } from './world.js';
