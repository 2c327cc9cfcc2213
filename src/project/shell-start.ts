import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ComposedEnvironment } from './compose.js';
import { formatEnvironment } from './format.js';
import { quotePosix } from './quoting.js';

/** How an interactive shell is started so that its user's own start-up files do not undo the project's environment. */
export interface StartUp extends AsyncDisposable {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * What a shell is given besides the environment itself. Start-up files put folders before PATH; so the project's
 * environment is set once more after them. A shell that is none of those known here inherits it, and that is all.
 * @param name - the shell's program, without folder and extension
 * @param tmp - where bash and zsh get a start-up file, which is gone when this is disposed of
 */
export async function startUpOf(
  name: string,
  composed: ComposedEnvironment,
  { env, tmp }: { readonly env: Readonly<Record<string, string>>; readonly tmp: string },
): Promise<StartUp> {
  const code = (format: 'bash' | 'zsh' | 'fish' | 'powershell'): string => formatEnvironment(composed, format, env);
  switch (name) {
    case 'bash':
      return withFiles(tmp, { bashrc: `if [ -f ~/.bashrc ]; then . ~/.bashrc; fi\n${code('bash')}` }, (folder) => ({
        args: ['--rcfile', join(folder, 'bashrc'), '-i'],
        env: {},
      }));
    case 'zsh':
      return withFiles(tmp, zshFiles(env['ZDOTDIR'], code('zsh')), (folder) => ({
        args: ['-i'],
        env: { ZDOTDIR: folder },
      }));
    case 'fish':
      return { args: ['-i', '-C', code('fish')], env: {}, ...NOTHING_TO_DISPOSE };
    case 'pwsh':
    case 'powershell':
      return { args: ['-NoExit', '-Command', code('powershell')], env: {}, ...NOTHING_TO_DISPOSE };
    default:
      return { args: [], env: {}, ...NOTHING_TO_DISPOSE };
  }
}

const NOTHING_TO_DISPOSE = { [Symbol.asyncDispose]: () => Promise.resolve() };

async function withFiles(
  tmp: string,
  files: Readonly<Record<string, string>>,
  describe: (folder: string) => Pick<StartUp, 'args' | 'env'>,
): Promise<StartUp> {
  const folder = await mkdtemp(join(tmp, 'fettle-shell-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return {
    ...describe(folder),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/**
 * zsh reads its files from ZDOTDIR. Ours stand in for the user's, which they read with ZDOTDIR as the user has it; the
 * first of them may also set it.
 */
function zshFiles(dotFolder: string | undefined, code: string): Readonly<Record<string, string>> {
  const restore = dotFolder === undefined ? 'unset ZDOTDIR' : `export ZDOTDIR=${quotePosix(dotFolder)}`;
  return {
    '.zshenv': [
      '__fettle_dot="$ZDOTDIR"',
      restore,
      'if [ -f "${ZDOTDIR:-$HOME}/.zshenv" ]; then . "${ZDOTDIR:-$HOME}/.zshenv"; fi',
      '__fettle_user_dot="${ZDOTDIR-unset}"',
      'export ZDOTDIR="$__fettle_dot"',
      '',
    ].join('\n'),
    '.zshrc': [
      'if [ "$__fettle_user_dot" = unset ]; then unset ZDOTDIR; else export ZDOTDIR="$__fettle_user_dot"; fi',
      'unset __fettle_dot __fettle_user_dot',
      'if [ -f "${ZDOTDIR:-$HOME}/.zshrc" ]; then . "${ZDOTDIR:-$HOME}/.zshrc"; fi',
      code,
    ].join('\n'),
  };
}
