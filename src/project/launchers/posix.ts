import { PROJECT_VARIABLE, type ComposedEnvironment } from '../compose.js';
import { quotePosix } from '../quoting.js';
import { isPlainName } from '../shell-syntax.js';

/** The first lines of every launcher; nothing else in the folder is ours to remove. */
export const POSIX_HEAD = '#!/bin/sh\n# Written by "fettle sync".\n';

export interface Launched {
  readonly name: string;
  /** Absolute. */
  readonly program: string;
}

/** The text of a program's launcher. */
export type WriteLauncher = (launched: Launched) => string;

/**
 * A script of the POSIX shell that becomes the program, in the project's environment. It takes its own folder off PATH:
 * a program that looks for another one of its own name, as compiler wrappers do, would find its launcher for ever.
 */
export function posixLauncher(composed: ComposedEnvironment, launcherFolder: string): WriteLauncher {
  const { projectDir } = composed;
  // The same for all, and long where there are many packages.
  const environment = [...exports(composed), ...setPath(composed, launcherFolder)].join('\n');
  return ({ name, program }) => {
    const gone = `fettle: ${name} is not in the cache any more; run "fettle sync" in ${projectDir}`;
    return [
      `${POSIX_HEAD}__fettle_program=${quotePosix(program)}`,
      'if [ ! -x "$__fettle_program" ]; then',
      `  printf '%s\\n' ${quotePosix(gone)} >&2`,
      '  exit 127',
      'fi',
      environment,
      'exec "$__fettle_program" "$@"',
      '',
    ].join('\n');
  };
}

function exports({ variables, projectDir }: ComposedEnvironment): readonly string[] {
  return Object.entries({ ...variables, [PROJECT_VARIABLE]: projectDir })
    .filter(([name]) => isPlainName(name) && name !== 'PATH')
    .map(([name, value]) => `export ${name}=${quotePosix(value)}`);
}

/** PATH as the program is to have it. The names have a prefix, for an exported variable of the same name would change. */
function setPath({ path, variables }: ComposedEnvironment, launcherFolder: string): readonly string[] {
  const inherited = variables['PATH'] === undefined ? '"${PATH-}"' : quotePosix(variables['PATH']);
  const front = path.filter((folder) => folder !== launcherFolder).join(':');
  return [
    `__fettle_launchers=${quotePosix(`:${launcherFolder}:`)}`,
    `__fettle_path=:${inherited}:`,
    'while :; do',
    '  case $__fettle_path in',
    '  *"$__fettle_launchers"*)',
    '    __fettle_path=${__fettle_path%%"$__fettle_launchers"*}:${__fettle_path#*"$__fettle_launchers"} ;;',
    '  *) break ;;',
    '  esac',
    'done',
    '__fettle_path=${__fettle_path#:}',
    '__fettle_path=${__fettle_path%:}',
    `export PATH=${front === '' ? '"$__fettle_path"' : `${quotePosix(front)}"\${__fettle_path:+:$__fettle_path}"`}`,
  ];
}
