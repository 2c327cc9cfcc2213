import { FettleError, hasCode } from '../../errors/index.js';
import type { Host } from '../../host/index.js';
import { runProgram, type ChildRegistry, type ProgramResult } from '../../process/index.js';
import { redactUrl } from '../redact-url.js';
import { gitEnvironment, gitGuards, type LocalFiles } from './git-environment.js';

const LAST_LINES = 5;

export interface GitOptions {
  readonly host: Host;
  readonly signal: AbortSignal;
  readonly children: ChildRegistry | undefined;
  /** The repository that commands talk to; its credentials are passed to git unseen. */
  readonly url: string;
}

/** Runs git in one folder, without terminal, hooks or the settings of a repository around it. */
export class GitCommand {
  readonly #folder: string;
  readonly #options: GitOptions;
  readonly #localFiles: LocalFiles;

  /** @param localFiles `never` for what a repository that came from elsewhere names */
  constructor(folder: string, options: GitOptions, localFiles: LocalFiles = 'always') {
    this.#folder = folder;
    this.#options = options;
    this.#localFiles = localFiles;
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
    const { host, signal, children, url } = this.#options;
    try {
      return await runProgram({
        argv: ['git', ...gitGuards(host, this.#localFiles), ...args],
        cwd: this.#folder,
        env: gitEnvironment(host.env, url),
        signal,
        ...(children && { children }),
      });
    } catch (error) {
      throw hasCode(error, 'E_COMMAND_NOT_FOUND') ? gitIsMissing(error) : error;
    }
  }
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
