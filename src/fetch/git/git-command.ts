import { FettleError, hasCode } from '../errors/index.js';
import type { Host } from '../host/index.js';
import { runProgram, type ChildRegistry, type ProgramResult } from '../process/index.js';
import { redactUrl } from './redact-url.js';

/** What a hook or a caller inside another repository sets; git would work on that repository instead of ours. */
const REPOSITORY_VARIABLES = new Set([
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_COMMON_DIR',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_NAMESPACE',
  'GIT_PREFIX',
]);

/** `ext::` URLs are commands that git runs. */
const GUARDS = ['-c', 'protocol.ext.allow=never', '-c', 'advice.detachedHead=false'];

const LAST_LINES = 5;

export interface GitOptions {
  readonly host: Host;
  readonly signal: AbortSignal;
  readonly children: ChildRegistry | undefined;
}

/** Runs git in one repository, without terminal. */
export class GitCommand {
  readonly #repository: string;
  readonly #options: GitOptions;

  constructor(repository: string, options: GitOptions) {
    this.#repository = repository;
    this.#options = options;
  }

  /**
   * @returns what git printed, without blanks at the ends
   * @throws FettleError E_GIT
   */
  async run(...args: readonly string[]): Promise<string> {
    const result = await this.#start(args);
    if (result.exitCode === 0) return result.stdout.trim();
    throw commandFailed(args, result);
  }

  /** Whether git could do it; for steps that have another way. */
  async tries(...args: readonly string[]): Promise<boolean> {
    return (await this.#start(args)).exitCode === 0;
  }

  async #start(args: readonly string[]): Promise<ProgramResult> {
    const { host, signal, children } = this.#options;
    try {
      return await runProgram({
        argv: ['git', ...GUARDS, ...args],
        cwd: this.#repository,
        env: gitEnvironment(host.env),
        signal,
        ...(children && { children }),
      });
    } catch (error) {
      throw hasCode(error, 'E_COMMAND_NOT_FOUND') ? gitIsMissing(error) : error;
    }
  }
}

function gitEnvironment(env: Host['env']): Record<string, string> {
  const kept = Object.entries(env).filter(([name]) => !REPOSITORY_VARIABLES.has(name));
  return { ...Object.fromEntries(kept), GIT_TERMINAL_PROMPT: '0' };
}

function gitIsMissing(cause: unknown): FettleError {
  return new FettleError('E_GIT', 'The program git was not found.', {
    hint: 'Install git, or see that it is on PATH; git sources need it.',
    cause,
  });
}

function commandFailed(args: readonly string[], result: ProgramResult): FettleError {
  const command = redactUrl(`git ${args.join(' ')}`);
  const output = redactUrl(result.stderr.trim() || result.stdout.trim())
    .split('\n')
    .slice(-LAST_LINES);
  const ending = result.signal === null ? `exit code ${String(result.exitCode)}` : `signal ${result.signal}`;
  return new FettleError('E_GIT', `"${command}" failed with ${ending}.`, {
    facts: { command, ending, output },
    hint: 'Run the command by hand to see more. Private repositories need credentials that git finds by itself.',
  });
}
