import { isAbsolute, join } from 'node:path';
import type { Host } from '../host/index.js';

/** Whose folder it is. */
export type Person = Pick<Host, 'env' | 'home' | 'platform'>;

/**
 * Where fettle notes what belongs to this user and to no project. By the XDG base directory specification a relative
 * path is ignored.
 */
export function stateFolder({ env, home, platform }: Person): string {
  if (platform === 'windows') return join(env['LOCALAPPDATA'] || join(home, 'AppData', 'Local'), 'fettle', 'state');
  const base = env['XDG_STATE_HOME'];
  return join(base && isAbsolute(base) ? base : join(home, '.local', 'state'), 'fettle');
}
