import type { LockMode } from '../engine/index.js';
import { FettleError } from '../errors/index.js';
import { isSwitchedOn } from '../support/switched-on.js';
import type { Invocation } from './invocation.js';

/** How strictly a command takes the lock file. */
export interface LockFlags {
  readonly locked?: boolean;
  readonly frozen?: boolean;
}

/** @throws FettleError E_USAGE when both are asked for */
export function lockModeOf({ host }: Invocation, flags: LockFlags): LockMode {
  if (flags.locked === true && flags.frozen === true) {
    throw new FettleError('E_USAGE', '--locked and --frozen exclude each other', {
      hint: '--locked compares the lock file with the manifest; --frozen uses it as it is.',
    });
  }
  if (flags.locked === true) return 'locked';
  if (flags.frozen === true || isSwitchedOn(host.env['FETTLE_FROZEN'])) return 'frozen';
  return isSwitchedOn(host.env['FETTLE_LOCKED']) ? 'locked' : 'update';
}
