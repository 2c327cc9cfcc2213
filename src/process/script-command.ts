import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FettleError } from '../errors/index.js';
import type { ScriptRequest } from './script.js';
import { shellCommand, type Shell } from './shell.js';
import { temporaryFileFailure } from './temporary-file-failure.js';

/** The whole command line of a script; disposing removes the script's file. */
export interface ScriptCommand extends AsyncDisposable {
  readonly argv: readonly string[];
}

type ScriptText = Pick<ScriptRequest, 'script' | 'shell' | 'tmp'>;

const BUILTIN_EXTENSIONS = { bash: '.sh', sh: '.sh', cmd: '.cmd', powershell: '.ps1' } as const;

/**
 * Built-in shells get a file: no length limit, any bytes, and errors that name a line. Only shells that ask for it get
 * the script as an argument.
 * @throws FettleError E_SCRIPT when the script cannot be an argument, E_FILE or E_DISK_FULL when its file cannot be written
 */
export async function prepareScript(text: ScriptText): Promise<ScriptCommand> {
  const { script, shell, tmp } = text;
  if (shell.form === 'inline') return withoutFile([...shellCommand(shell), asArgument(script)]);
  const file = join(tmp, `script-${randomUUID()}${extensionOf(shell)}`);
  await write(file, dressed(script, shell));
  return {
    argv: [...shellCommand(shell), file],
    [Symbol.asyncDispose]: () => rm(file, { force: true }),
  };
}

function withoutFile(argv: readonly string[]): ScriptCommand {
  return { argv, [Symbol.asyncDispose]: () => Promise.resolve() };
}

function asArgument(script: string | Uint8Array): string {
  const text = typeof script === 'string' ? script : decode(script);
  if (text !== undefined && !text.includes('\0')) return text;
  throw new FettleError('E_SCRIPT', 'The script cannot be given to an inline shell.', {
    facts: { problem: text === undefined ? 'it is not UTF-8' : 'it holds a NUL byte' },
    hint: 'Use the { file = …, ext = … } form of the shell, which takes any bytes.',
  });
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function extensionOf(shell: Exclude<Shell, { form: 'inline' }>): string {
  return shell.form === 'builtin' ? BUILTIN_EXTENSIONS[shell.name] : shell.ext;
}

/** What Windows' shells need so that a script fails at its first error; line numbers stay as they are. */
function dressed(script: string | Uint8Array, shell: Shell): string | Uint8Array {
  if (shell.form !== 'builtin') return script;
  if (shell.name === 'cmd') return Buffer.from(script).toString('utf8').replace(/\r?\n/g, '\r\n');
  if (shell.name !== 'powershell') return script;
  // Without a byte order mark Windows PowerShell reads the file in the old code page.
  const text = Buffer.from(script).toString('utf8');
  return `\uFEFF$ErrorActionPreference = 'Stop'; ${text}\nif ($LASTEXITCODE) { exit $LASTEXITCODE }\n`;
}

async function write(file: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(file, content, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw temporaryFileFailure("The script's file", file, error);
  }
}
