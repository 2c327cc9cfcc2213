import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { namesIn } from '../../support/names-in.js';
import type { ComposedEnvironment } from '../compose.js';
import type { EnvironmentRecord } from '../record.js';

/** Everybody finds the programs of these folders, also when a package names one of them. */
const SYSTEM_FOLDERS = ['/bin', '/sbin', '/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin'];
const WINDOWS_PROGRAMS = ['.exe', '.cmd', '.bat', '.com'];

/**
 * The programs of a project: name → absolute path. They are those that its folders of PATH hold, the first folder's
 * first as on PATH itself, and then the products of its packages.
 * @param launcherFolder - left out: a launcher of a launcher would never end
 */
export function projectPrograms(
  composed: ComposedEnvironment,
  record: EnvironmentRecord,
  launcherFolder: string,
): ReadonlyMap<string, string> {
  const left = new Set([...SYSTEM_FOLDERS, launcherFolder].map(realPathOf));
  const folders = composed.path.filter((folder) => !left.has(realPathOf(folder)));
  const found = [
    ...folders.flatMap(programsIn),
    ...record.packages.flatMap(({ products }) => Object.entries(products)),
  ];
  const programs = new Map<string, string>();
  for (const [name, file] of found) if (!programs.has(name) && isProgram(file)) programs.set(name, file);
  return programs;
}

function programsIn(folder: string): readonly (readonly [string, string])[] {
  return [...namesIn(folder)].sort().map((name) => [commandName(name), join(folder, name)] as const);
}

/** What one types: on Windows without the extension. */
function commandName(name: string): string {
  const isCut = process.platform === 'win32' && WINDOWS_PROGRAMS.includes(extname(name).toLowerCase());
  return isCut ? name.slice(0, -extname(name).length) : name;
}

function isProgram(file: string): boolean {
  if (process.platform === 'win32' && !WINDOWS_PROGRAMS.includes(extname(file).toLowerCase())) return false;
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function realPathOf(folder: string): string {
  try {
    return realpathSync.native(folder);
  } catch {
    return folder;
  }
}
