import type { CoreBudget, CoreShare } from './core-budget.js';
import type { Collected, TokenPipe, TokenPipes } from './token-pipe.js';

/** For tests: a pipe in memory, and the client at its end. */
export class MemoryPipe implements TokenPipe {
  readonly seat = { files: [3, 4], fifo: 'memory' } as const;
  onReturn: (() => void) | undefined;
  /** Tokens that lie there. */
  lying = 0;
  /** Tokens that were given back and not collected. */
  #returned = 0;

  lend(count: number): void {
    this.lying += count;
  }

  collect(scope: 'returned' | 'all'): Collected {
    const collected = { returned: this.#returned, unclaimed: scope === 'all' ? this.lying : 0 };
    this.#returned = 0;
    if (scope === 'all') this.lying = 0;
    return collected;
  }

  /** What a client does: takes a token, if one lies there. */
  take(): boolean {
    if (this.lying === 0) return false;
    this.lying -= 1;
    return true;
  }

  /** @param way back through the descriptor, or into the fifo that it came from */
  putBack(way: 'descriptor' | 'fifo'): void {
    if (way === 'fifo') this.lying += 1;
    else {
      this.#returned += 1;
      this.onReturn?.();
    }
  }
}

export class MemoryPipes implements TokenPipes {
  readonly discarded: TokenPipe[] = [];
  readonly open = new Set<MemoryPipe>();

  areThere(): Promise<boolean> {
    return Promise.resolve(true);
  }

  take(onReturn: () => void): Promise<MemoryPipe> {
    const pipe = new MemoryPipe();
    pipe.onReturn = onReturn;
    this.open.add(pipe);
    return Promise.resolve(pipe);
  }

  giveBack(pipe: TokenPipe): void {
    this.open.delete(pipe as MemoryPipe);
  }

  discard(pipe: TokenPipe): void {
    this.giveBack(pipe);
    this.discarded.push(pipe);
  }

  [Symbol.dispose](): void {
    this.open.clear();
  }
}

/** Work that ends when told to, and the cores it was given. */
export interface StartedWork {
  readonly share: Promise<CoreShare>;
  readonly end: () => void;
  readonly done: Promise<void>;
}

export function startWork(budget: CoreBudget, signal = new AbortController().signal): StartedWork {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  let grant = (_share: CoreShare): void => undefined;
  const share = new Promise<CoreShare>((resolve) => (grant = resolve));
  const done = budget.use(async (granted) => {
    grant(granted);
    await ended;
  }, signal);
  return { share, end, done };
}

/** A script that runs until it is ended, and the pipe it was given. */
export interface StartedScript {
  readonly pipe: MemoryPipe;
  end(): Promise<void>;
}

export async function startScript(share: CoreShare, pipes: MemoryPipes): Promise<StartedScript> {
  const known = new Set(pipes.open);
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  let begun = (): void => undefined;
  const isSeated = new Promise<void>((resolve) => (begun = resolve));
  const done = share.whileSeated(async () => {
    begun();
    await ended;
  });
  await isSeated;
  const pipe = [...pipes.open].find((each) => !known.has(each));
  if (!pipe) throw new Error('the script got no pipe');
  return {
    pipe,
    end: () => {
      end();
      return done;
    },
  };
}
