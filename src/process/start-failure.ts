import { stat } from 'node:fs/promises';
import { FettleError, hasCode, messageOf } from '../errors/index.js';

/**
 * A missing working folder and a missing program look alike once the child was to start, so the folder is asked first.
 * @throws FettleError E_FILE
 */
export async function assertFolder(cwd: string): Promise<void> {
  const found = await stat(cwd).catch((error: unknown) => messageOf(error));
  if (typeof found !== 'string' && found.isDirectory()) return;
  throw new FettleError(
    'E_FILE',
    `The folder to run in ${typeof found === 'string' ? 'does not exist' : 'is not a folder'}.`,
    {
      facts: { path: cwd, ...(typeof found === 'string' && { problem: found }) },
      hint: 'Make the folder before, or correct cwd.',
    },
  );
}

/** What the operating system answered, or what Node found wrong with the arguments before it asked. */
export function isSystemError(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return 'syscall' in error || error.code === 'ERR_INVALID_ARG_VALUE';
}

/** The error where arguments or environment are at fault, not the program; undefined for any other failure. */
export function commandLineFailure(
  error: unknown,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
): FettleError | undefined {
  if (hasCode(error, 'E2BIG')) return tooLarge(error, argv, env);
  const withNul = [...argv, ...Object.entries(env).flat()].find((text) => text.includes('\0'));
  if (withNul === undefined) return undefined;
  return new FettleError('E_SCRIPT', 'An argument or environment variable holds a NUL byte.', {
    facts: { got: JSON.stringify(withNul) },
    hint: 'No system can pass a NUL byte to a program: write the value to a file.',
    cause: error,
  });
}

/** Systems limit one argument, and all of them together with the environment. */
function tooLarge(cause: unknown, argv: readonly string[], env: Readonly<Record<string, string>>): FettleError {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return new FettleError(
    'E_SCRIPT',
    'The arguments and environment of the command are larger than the system allows.',
    {
      facts: { 'bytes of arguments': totalBytes(argv), 'bytes of environment': totalBytes(variables) },
      hint: 'Pass large values through a file or stdin; a shell of the { file = …, ext = … } form has no limit for scripts.',
      cause,
    },
  );
}

function totalBytes(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 1, 0);
}
