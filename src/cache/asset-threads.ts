import { availableParallelism } from 'node:os';
import type { Unpacked, UnpackCommand, UnpackProgress, UnpackThreads } from '../archive/index.js';
import { ThreadPool, type Giver } from '../support/threads/thread-pool.js';
import type { SealCommand, SealedSums, SealThreads } from './seal-command.js';

/** More threads than this wait for the disk more than they work. */
const MOST_THREADS = 4;

export type AssetCommand = ({ readonly kind: 'unpack' } & UnpackCommand) | ({ readonly kind: 'seal' } & SealCommand);

export type AssetResult = Unpacked | SealedSums;

/**
 * The threads that make assets, started when there is work for them: first they unpack archives, then they seal what came
 * of it. The same ones do both, as each thread costs ten megabytes.
 */
export class AssetThreads implements UnpackThreads, SealThreads, AsyncDisposable {
  readonly #pool: ThreadPool<AssetCommand, UnpackProgress, AssetResult>;

  /** @param findWorker where the bundled src/cache/asset-worker.ts is */
  constructor(findWorker: () => URL) {
    const size = Math.min(MOST_THREADS, availableParallelism());
    this.#pool = new ThreadPool({ name: 'asset', size, findWorker });
  }

  async unpack(command: UnpackCommand, giver: Giver<UnpackProgress>): Promise<Unpacked> {
    return (await this.#pool.run({ kind: 'unpack', ...command }, giver)) as Unpacked;
  }

  seal(command: SealCommand): Promise<SealedSums> {
    return this.#pool.run({ kind: 'seal', ...command });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#pool.close();
  }
}
