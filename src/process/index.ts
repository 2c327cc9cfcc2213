export type { Captured, ScriptRequest, ScriptResult } from './script.js';
export type { Shell } from './shell.js';
// runScript(request: ScriptRequest): Promise<ScriptResult>
//   kills the whole process group on abort (SIGTERM, then SIGKILL after a grace period) and on timeout
// shellCommand(shell): argv; assertShellUsable(shell, platform): throws E_SHELL
// runProgram({ argv, cwd, env, signal, ... }): for git and the like, no shell, output captured with a limit
// describeShell(shell): a stable string for keys
