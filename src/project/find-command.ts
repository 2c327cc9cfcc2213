import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, extname, join, resolve } from 'node:path';
import { FettleError } from '../errors/index.js';
import { namesIn } from '../support/names-in.js';
import { nearestName } from '../support/nearest-name.js';

type Env = Readonly<Record<string, string>>;

const ON_WINDOWS = process.platform === 'win32';
/** What Windows itself assumes when PATHEXT is not set. */
const DEFAULT_PATHEXT = '.COM;.EXE;.BAT;.CMD';

/**
 * The program that `name` means in an environment: a path relative to `cwd` when it holds a slash, else the first
 * executable file of that name on PATH.
 * @returns an absolute path
 * @throws FettleError E_COMMAND_NOT_FOUND with the nearest name
 */
export function findCommand(name: string, env: Env, cwd: string): string {
  const folders = isPath(name) ? [cwd] : pathFolders(env, cwd);
  const candidates = name === '' ? [] : folders.flatMap((folder) => candidatesIn(folder, name, env));
  const found = candidates.find((file) => isExecutableFile(file));
  if (found !== undefined) return found;
  throw notFound(
    name,
    folders,
    candidates.find((file) => isFile(file) || (isPath(name) && existsSync(file))),
  );
}

function isPath(name: string): boolean {
  return name.includes('/') || (ON_WINDOWS && name.includes('\\'));
}

/** An empty entry of PATH means the working folder; no PATH at all means nothing. */
function pathFolders(env: Env, cwd: string): readonly string[] {
  const path = env['PATH'] ?? (ON_WINDOWS ? env['Path'] : undefined);
  if (path === undefined || path === '') return [];
  return [...new Set(path.split(delimiter).map((folder) => resolve(cwd, folder)))];
}

function candidatesIn(folder: string, name: string, env: Env): readonly string[] {
  const file = resolve(folder, name);
  if (!ON_WINDOWS) return [file];
  const extensions = (env['PATHEXT'] ?? DEFAULT_PATHEXT).split(delimiter);
  const withExtensions = extensions.map((extension) => file + extension.toLowerCase());
  return extname(name) === '' ? withExtensions : [file, ...withExtensions];
}

function isExecutableFile(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
  } catch {
    return false;
  }
  return isFile(file);
}

function isFile(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function notFound(name: string, folders: readonly string[], present: string | undefined): FettleError {
  if (present !== undefined) {
    return new FettleError('E_COMMAND_NOT_FOUND', `The command "${name}" is not an executable file.`, {
      facts: { command: name, path: present },
      hint: 'Name a program, or make the file executable.',
    });
  }
  const nearest = isPath(name) ? undefined : nearestName(name, executableNames(folders));
  return new FettleError('E_COMMAND_NOT_FOUND', `The command "${name}" was not found.`, {
    facts: { command: name, ...(isPath(name) ? { path: resolve(folders[0] ?? '', name) } : { PATH: folders }) },
    hint:
      nearest === undefined
        ? 'Add the package that offers it to fettle.lua and run "fettle sync".'
        : `Did you mean "${nearest}"?`,
  });
}

function* executableNames(folders: readonly string[]): Iterable<string> {
  for (const folder of folders) {
    for (const name of namesIn(folder)) if (isExecutableFile(join(folder, name))) yield name;
  }
}
