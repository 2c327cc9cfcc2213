import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('./compare-files.c', import.meta.url));

export const NATIVE = 'the same files, compared in C';
export const SHELL_TO_NATIVE = 'sh that becomes that';

/**
 * What no way of comparing the files of a project's last sync can be faster than: a program in C that does nothing else,
 * alone, and put in the place of a script of the shell that does nothing else.
 * @returns name → command; none without a C compiler
 */
export async function floorRuns({ folder }, project) {
  const place = await folder('floor');
  const program = join(place.folder, 'compare-files');
  if (!compile(program, ['-static']) && !compile(program, [])) return {};
  const record = join(place.folder, 'record');
  await writeFile(record, await recordOf(project));
  const script = join(place.folder, 'script');
  await writeFile(script, `#!/bin/sh\nexec '${program}' '${record}'\n`, { mode: 0o755 });
  const at = { cwd: place.folder, env: place.env };
  return { [NATIVE]: { command: [program, record], ...at }, [SHELL_TO_NATIVE]: { command: [script], ...at } };
}

function compile(program, options) {
  return spawnSync('cc', ['-O2', ...options, '-o', program, SOURCE], { stdio: 'ignore' }).status === 0;
}

async function recordOf(project) {
  const { states } = JSON.parse(await readFile(join(project, '.fettle', 'stamp.json'), 'utf8'));
  const present = Object.entries(states).filter(([, state]) => state !== null);
  return present.map(([path, state]) => `${state} ${path}\n`).join('');
}
