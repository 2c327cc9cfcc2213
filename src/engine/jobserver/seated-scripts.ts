import { runScript, type ScriptRequest, type ScriptResult } from '../../process/index.js';
import type { CoreShare } from './core-budget.js';
import { jobserverVariables } from './make-flags.js';
import type { Seat } from './token-pipe.js';

/** How scripts are run that share the cores of their phase. */
export function scriptsWith(share: CoreShare | undefined): (request: ScriptRequest) => Promise<ScriptResult> {
  if (!share) return runScript;
  return (request) => share.whileSeated((seat) => runScript(seat ? seated(request, seat) : request));
}

/** Who sets MAKEFLAGS for a script has decided how many jobs there are to be. */
function seated(request: ScriptRequest, seat: Seat): ScriptRequest {
  if (request.env['MAKEFLAGS'] !== undefined) return request;
  return { ...request, files: seat.files, env: { ...request.env, ...jobserverVariables(seat) } };
}
