import type { Collected, TokenPipe } from './token-pipe.js';

/** Ticks for which a client is passed over that left a token lying for a whole one. */
const PASSED_OVER_TICKS = 4;

/**
 * A phase that is at work, and the cores it holds. At first its share is its own, whatever it does with it: a tool that
 * takes no part in the jobserver uses it without telling. Once it has taken a token it is known as a client; from then on
 * it holds one core, and what is in its pipe or taken from it.
 */
export class Participant {
  /** Cores that are accounted to this phase; never less than 1. */
  tokens: number;
  isClient = false;
  #pipe: TokenPipe | undefined;
  /** Of `tokens`, those that were laid into the pipe and have not come back. */
  #lent = 0;
  /** Of those, what was dealt since the last tick. */
  #offered = 0;
  /** The most that is offered until the next tick. */
  #appetite: number;
  #passedOverFor = 0;
  readonly #share: number;

  constructor(tokens: number, appetite: number) {
    this.tokens = tokens;
    this.#share = tokens;
    this.#appetite = appetite;
  }

  /** Whether a script runs that can be given tokens. */
  get isOpen(): boolean {
    return this.#pipe !== undefined;
  }

  /** A script begins: what the phase holds beyond its first core is there for it to take. */
  open(pipe: TokenPipe): void {
    this.#pipe = pipe;
    this.#lend(this.tokens - 1);
  }

  /**
   * The script has ended, and with it whatever it had taken: killed or not, it all counts as given back.
   * @returns the cores that the phase does not need any more, and whether some were never brought back
   */
  close(): { readonly freed: number; readonly isAnyMissing: boolean } {
    if (!this.#pipe) return { freed: 0, isAnyMissing: false };
    const { unclaimed, returned } = this.#pipe.collect('all');
    const isAnyMissing = unclaimed + returned < this.#lent;
    if (isAnyMissing || returned > 0) this.isClient = true;
    this.#pipe = undefined;
    this.#lent = 0;
    return { freed: this.#giveUp(this.tokens - 1 - this.#kept), isAnyMissing };
  }

  /** From now on the phase uses tokens only. @returns the cores that it holds beyond the first and has not lent */
  becomeClient(): number {
    this.isClient = true;
    return this.#giveUp(this.tokens - 1 - this.#lent);
  }

  /** Where nobody knows, and no token lies there to be taken, one is offered to find it out. */
  wants(): boolean {
    const mayBeClient = this.isClient || this.tokens === 1;
    return mayBeClient && this.isOpen && this.#passedOverFor === 0 && this.#offered < this.#appetite;
  }

  give(count: number): void {
    this.tokens += count;
    this.#offered += count;
    this.#lend(count);
  }

  /**
   * Takes back what the client does not hold.
   * @param scope `returned`: not what lies in the pipe
   * @returns the cores that became free
   */
  collect(scope: 'returned' | 'all'): number {
    if (!this.#pipe) return 0;
    const collected = this.#pipe.collect(scope);
    this.#noteClaims(collected, scope);
    return this.#takeBack(collected, 0);
  }

  /**
   * Once a tick: takes back what has lain in the pipe for a whole one, and remembers whether there was something.
   * @param highest appetite
   * @returns the cores that became free
   */
  judge(highest: number): number {
    if (!this.#pipe) return 0;
    if (this.#passedOverFor > 0) this.#passedOverFor -= 1;
    const wasOffered = this.#lent > 0;
    const collected = this.#pipe.collect('all');
    this.#noteClaims(collected, 'all');
    const fresh = Math.min(collected.unclaimed, Math.max(0, this.#offered - collected.returned));
    const freed = this.#takeBack(collected, fresh);
    if (collected.unclaimed > Math.max(fresh, this.#kept)) this.#loseAppetite();
    else if (wasOffered) this.#appetite = Math.min(highest, this.#appetite * 2);
    this.#offered = 0;
    return freed;
  }

  #noteClaims({ unclaimed, returned }: Collected, scope: 'returned' | 'all'): void {
    if (returned > 0 || (scope === 'all' && unclaimed < this.#lent)) this.isClient = true;
  }

  /**
   * Bytes beyond what was lent are no tokens: a client that writes more than it has taken makes nothing of it.
   * @param fresh of the unclaimed, those that stay
   */
  #takeBack({ unclaimed, returned }: Collected, fresh: number): number {
    const back = Math.min(this.#lent, unclaimed + returned);
    const left = Math.min(back, unclaimed, Math.max(fresh, this.#kept));
    if (left > 0) this.#pipe?.lend(left);
    this.#lent -= back - left;
    this.#offered = Math.max(0, this.#offered - returned);
    return this.#giveUp(back - left);
  }

  /** Cores beyond the first that stay with the phase whether it takes them or not. */
  get #kept(): number {
    return this.isClient ? 0 : this.#share - 1;
  }

  #loseAppetite(): void {
    this.#appetite = 1;
    this.#passedOverFor = PASSED_OVER_TICKS;
  }

  #giveUp(count: number): number {
    this.tokens -= count;
    return count;
  }

  #lend(count: number): void {
    this.#lent += count;
    if (count > 0) this.#pipe?.lend(count);
  }
}
