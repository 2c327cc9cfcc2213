import { accessSync, constants, readFileSync, statSync } from 'node:fs';
import { hasCode } from '../../errors/index.js';
import type { Host } from '../../host/index.js';
import { ok, problem, warning, type Finding } from './finding.js';

const OWNER_BITS = 0o700;
const OTHERS_MAY_WRITE = 0o022;

/** The user, what files they make may be read by, and the folders fettle writes to besides the cache. */
export function checkPermissions(
  host: Host,
  { cacheRoot, projectDir }: { readonly cacheRoot: string; readonly projectDir: string | undefined },
): readonly Finding[] {
  return [
    ...checkUser(host, cacheRoot),
    ...checkUmask(),
    checkFolder('temporary folder', host.tmp, 'Let TMPDIR name a folder that you can write to.'),
    ...(projectDir === undefined
      ? []
      : [checkFolder('project folder', projectDir, 'fettle writes .fettle/ and fettle.lock there: make it writable.')]),
  ];
}

/** Windows has no such numbers. */
function checkUser({ env }: Host, cacheRoot: string): readonly Finding[] {
  const user = process.getuid?.();
  if (user === undefined) return [];
  const owner = ownerOf(cacheRoot);
  if (user === 0 && env['SUDO_USER'] !== undefined && owner !== undefined && owner !== 0) {
    const found = `root, by sudo of ${env['SUDO_USER']}; the cache belongs to user ${owner}`;
    return [warning('user', found, 'Run fettle without sudo: what root makes in the cache others cannot change.')];
  }
  if (user !== 0 && owner !== undefined && owner !== user) {
    const found = `user ${user}; the cache belongs to user ${owner}`;
    return [
      warning('user', found, 'Take a cache of your own with --cache-root, or share one between users of one group.'),
    ];
  }
  return [ok('user', user === 0 ? 'root' : `user ${user}`)];
}

function ownerOf(path: string): number | undefined {
  try {
    return statSync(path).uid;
  } catch {
    return undefined;
  }
}

function checkUmask(): readonly Finding[] {
  const mask = readUmask();
  if (mask === undefined) return [];
  const found = mask.toString(8).padStart(4, '0');
  if ((mask & OWNER_BITS) !== 0) {
    return [problem('umask', `${found}: not even you may use what you make`, 'Set it to 022 with "umask 022".')];
  }
  if ((mask & OTHERS_MAY_WRITE) === OTHERS_MAY_WRITE) return [ok('umask', found)];
  const mend = 'Right for a cache shared by a group; else set it with "umask 022".';
  return (mask & 0o002) === 0
    ? [warning('umask', `${found}: everybody may change what you make`, mend)]
    : [ok('umask', `${found}: your group may change what you make`)];
}

/** To ask Node for it means to change it for a moment. Only Linux tells: proc(5), /proc/pid/status. */
function readUmask(): number | undefined {
  try {
    const found = /^Umask:\s*([0-7]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return found === undefined ? undefined : Number.parseInt(found, 8);
  } catch {
    return undefined;
  }
}

function checkFolder(name: string, folder: string, mend: string): Finding {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return ok(name, folder);
  } catch (error) {
    const reason = hasCode(error, 'ENOENT', 'ENOTDIR') ? 'is not there' : 'cannot be written to';
    return problem(name, `${folder} ${reason}`, mend);
  }
}
