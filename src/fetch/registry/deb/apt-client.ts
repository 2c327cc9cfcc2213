import { FettleError, hasCode } from '../../../errors/index.js';
import { runProgram, type ProgramResult } from '../../../process/index.js';
import type { Question } from '../registry-errors.js';
import { factsOf } from '../registry-errors.js';
import type { RegistryContext } from '../resolved-package.js';

/** A file as apt would download it. */
export interface AptFile {
  readonly url: string;
  readonly fileName: string;
  readonly size: number;
  /** Algorithm → hex; apt's own names in lower case. */
  readonly digests: Readonly<Record<string, string>>;
}

/** Asks apt what it knows from its signed package lists; nothing is installed, and no rights are needed. */
export class AptClient {
  readonly #context: RegistryContext;
  readonly #signal: AbortSignal;

  constructor(context: RegistryContext, signal: AbortSignal) {
    this.#context = context;
    this.#signal = signal;
  }

  /** The version that `apt-get install` would take, by the machine's own priorities; undefined without one. */
  async candidate(name: string, question: Question): Promise<string | undefined> {
    const { stdout } = await this.#run(['apt-cache', 'policy', '--', name], question);
    const version = /^\s+Candidate: (\S+)$/m.exec(stdout)?.[1];
    return version === '(none)' ? undefined : version;
  }

  /** All versions that the lists have, once each. */
  async versions(name: string, question: Question): Promise<readonly string[]> {
    const { stdout } = await this.#run(['apt-cache', 'madison', '--', name], question);
    return [...new Set(stdout.split('\n').flatMap((line) => line.split('|')[1]?.trim() ?? []))];
  }

  /** @returns undefined when the lists do not have that version */
  async locate(name: string, version: string, question: Question): Promise<AptFile | undefined> {
    const wanted = `${name}=${version}`;
    const { exitCode, stdout } = await this.#run(['apt-get', '--quiet', '--print-uris', 'download', wanted], question);
    const [, url, fileName = '', size, sums = ''] = /^'([^']+)' (\S+) (\d+) ?(.*)$/m.exec(stdout) ?? [];
    if (exitCode !== 0 || url === undefined) return undefined;
    const digests = [...sums.matchAll(/(\w+):([0-9a-f]+)/gi)].map(([, algorithm = '', value = '']) => [
      algorithm.toLowerCase().replace('md5sum', 'md5'),
      value,
    ]);
    // apt writes file names with `%` for what could not stand in one: `1%3a2.0`.
    return { url, fileName, size: Number(size), digests: Object.fromEntries(digests) as Record<string, string> };
  }

  async #run(argv: readonly string[], question: Question): Promise<ProgramResult> {
    const { host, children } = this.#context;
    const env = { ...host.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
    try {
      return await runProgram({ argv, cwd: host.tmp, env, signal: this.#signal, ...(children && { children }) });
    } catch (error) {
      throw hasCode(error, 'E_COMMAND_NOT_FOUND') ? noApt(question, error) : error;
    }
  }
}

function noApt(question: Question, cause: unknown): FettleError {
  return new FettleError('E_REGISTRY', 'Debian packages need apt, and there is none here.', {
    facts: factsOf(question),
    hint: 'Fetch the file by its own URL instead, or restrict the recipe to platforms with apt.',
    cause,
  });
}
