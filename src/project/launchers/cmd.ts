import { PROJECT_VARIABLE, type ComposedEnvironment } from '../compose.js';
import type { WriteLauncher } from './posix.js';

export const CMD_HEAD = '@echo off\r\nrem Written by "fettle sync".\r\n';

/** The same for Windows. A value that cmd cannot hold, with a quote or on several lines, is left out. */
export function cmdLauncher(composed: ComposedEnvironment, launcherFolder: string): WriteLauncher {
  const { variables, projectDir, path } = composed;
  const settings = Object.entries({ ...variables, [PROJECT_VARIABLE]: projectDir }).filter(
    ([variable, value]) => /^\w+$/.test(variable) && !/["\r\n]/.test(value),
  );
  const others = variables['PATH'] === undefined ? `%PATH:${literal(launcherFolder)};=%` : literal(variables['PATH']);
  const front = path.filter((folder) => folder !== launcherFolder).map((folder) => `${literal(folder)};`);
  const environment = [
    ...settings.map(([variable, value]) => `set "${variable}=${literal(value)}"`),
    `set "PATH=${front.join('')}${others}"`,
  ].join('\r\n');
  return ({ name, program }) =>
    [
      `${CMD_HEAD}setlocal DisableDelayedExpansion`,
      `if not exist "${literal(program)}" (`,
      `  >&2 echo fettle: ${literal(name)} is not in the cache any more; run "fettle sync" in "${literal(projectDir)}"`,
      '  exit /b 127',
      ')',
      environment,
      `"${literal(program)}" %*`,
      'exit /b %ERRORLEVEL%',
      '',
    ].join('\r\n');
}

function literal(text: string): string {
  return text.replaceAll('%', '%%');
}
