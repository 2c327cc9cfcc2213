import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isNameOfDead, ownName } from '../../cache/index.js';
import type { Host } from '../../host/index.js';
import { FifoPipe } from './fifo-pipe.js';
import type { TokenPipe, TokenPipes } from './token-pipe.js';

const PREFIX = 'fettle-jobs-';

/** Named pipes in a folder of this run, made when the first script needs them. */
export class FifoPipes implements TokenPipes {
  readonly #host: Host;
  /** Undefined until the first is needed. */
  #folder: string | undefined;
  #isImpossible: boolean;
  #made = 0;
  readonly #free: FifoPipe[] = [];
  readonly #all = new Set<FifoPipe>();

  constructor(host: Host) {
    this.#host = host;
    this.#isImpossible = host.platform === 'windows';
  }

  async areThere(): Promise<boolean> {
    if (this.#all.size > 0) return true;
    const pipe = await this.#make();
    if (pipe) this.#free.push(pipe);
    return pipe !== undefined;
  }

  async take(onReturn: () => void): Promise<TokenPipe | undefined> {
    const pipe = this.#free.pop() ?? (await this.#make());
    pipe?.callOnReturn(onReturn);
    return pipe;
  }

  giveBack(pipe: TokenPipe): void {
    if (!(pipe instanceof FifoPipe) || !this.#all.has(pipe)) return;
    pipe.callOnReturn(undefined);
    this.#free.push(pipe);
  }

  discard(pipe: TokenPipe): void {
    if (!(pipe instanceof FifoPipe) || !this.#all.delete(pipe)) return;
    pipe[Symbol.dispose]();
    for (const path of [pipe.seat.fifo, returnsOf(pipe.seat.fifo)]) rmSync(path, { force: true });
  }

  [Symbol.dispose](): void {
    for (const pipe of this.#all) pipe[Symbol.dispose]();
    this.#all.clear();
    this.#free.length = 0;
    this.#isImpossible = true;
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }

  /** What cannot have a jobserver is built without one. */
  async #make(): Promise<FifoPipe | undefined> {
    if (this.#isImpossible) return undefined;
    try {
      return await this.#makeIn((this.#folder ??= makeFolderOfRun(this.#host)));
    } catch {
      // Not tried again for each script where it never worked: without `mkfifo`, or in a folder that takes no pipes.
      this.#isImpossible ||= this.#all.size === 0;
      return undefined;
    }
  }

  async #makeIn(folder: string): Promise<FifoPipe | undefined> {
    this.#made += 1;
    const fifo = join(folder, String(this.#made));
    await promisify(execFile)('mkfifo', ['-m', '600', fifo, returnsOf(fifo)], { env: { ...this.#host.env } });
    const pipe = new FifoPipe(fifo, returnsOf(fifo));
    this.#all.add(pipe);
    return pipe;
  }
}

function returnsOf(fifo: string): string {
  return `${fifo}-returned`;
}

/** Its name tells whose it is, so that what a killed process leaves is removed by the next. */
function makeFolderOfRun({ tmp, pid }: Host): string {
  const folder = join(tmp, `${PREFIX}${ownName(pid)}`);
  mkdirSync(folder, { mode: 0o700 });
  for (const name of readdirSync(tmp)) {
    if (!name.startsWith(PREFIX) || !isNameOfDead(name.slice(PREFIX.length), pid)) continue;
    rmSync(join(tmp, name), { recursive: true, force: true });
  }
  return folder;
}
