import { onAbort } from '../../support/on-abort.js';
import { WaitingLine } from '../../support/waiting-line.js';
import { Participant } from './participant.js';
import type { Seat, TokenPipes } from './token-pipe.js';
import type { TokenSource } from './token-source.js';

/** Reading a pipe does not tell the other end; so what lies in the pipes is looked at so often, while several share. */
const TICK_MS = 50;

/** The cores of one phase at work. */
export interface CoreShare {
  /** Cores for tools that take no part in the jobserver. */
  readonly jobs: number;
  /** Runs a script with a seat at the jobserver; without one where there is no jobserver. */
  whileSeated<T>(work: (seat: Seat | undefined) => Promise<T>): Promise<T>;
  /** Whether scripts find a jobserver. */
  hasJobserver(): Promise<boolean>;
  /** From now on all that the phase runs takes part: beyond its first core it has what it takes. */
  relyOnJobserver(): void;
}

interface Waiter {
  readonly admit: (participant: Participant) => void;
  readonly urgency: () => number;
}

/**
 * Divides the cores among the phases that want some, and lends those that nobody needs to the jobserver clients among
 * them.
 *
 * The account, which every change keeps: the tokens of all participants and the spare ones are together the run's first
 * core and what was taken from the source. What is in a pipe or in the hands of a client belongs to the participant that
 * it was lent to. So a client that is killed with tokens in its hands takes nothing along, and bytes that somebody writes
 * who has read none are worth nothing.
 *
 * Each phase begins with an equal share of the whole, counted among those that work and those that wait at that moment,
 * at least one core; the most urgent of those that wait is served first. A phase keeps its share for its tools. Once it
 * is known as a client it keeps one core, and gets what is free, those with the fewest cores first.
 */
export class CoreBudget implements Disposable {
  readonly #source: TokenSource;
  readonly #pipes: TokenPipes | undefined;
  readonly #participants = new Set<Participant>();
  readonly #waiters = new WaitingLine<Waiter>();
  /** The run's first core at least, when nobody has it. */
  #spare = 1;
  #timer: NodeJS.Timeout | undefined;

  /** @param pipes without them there is no jobserver, and every phase keeps its share */
  constructor(source: TokenSource, pipes?: TokenPipes) {
    this.#source = source;
    this.#pipes = pipes;
  }

  /**
   * Runs work with a share of the cores.
   * @throws the signal's reason when it aborts before the cores are granted; FettleError E_JOBSERVER, see HostTokens
   */
  async use<T>(
    work: (share: CoreShare) => Promise<T>,
    signal: AbortSignal,
    urgency: () => number = () => 0,
  ): Promise<T> {
    this.#source.open();
    const participant = await this.#acquire(signal, urgency);
    try {
      return await work(this.#shareOf(participant));
    } finally {
      this.#participants.delete(participant);
      this.#spare += participant.tokens;
      this.#settle();
    }
  }

  /** What is done at each tick: looks what lies unused, and deals it anew. */
  rebalance(): void {
    this.#source.refresh();
    for (const each of this.#participants) this.#spare += each.judge(this.#source.limit);
    this.#settle();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#pipes?.[Symbol.dispose]();
    this.#source[Symbol.dispose]();
  }

  #acquire(signal: AbortSignal, urgency: () => number): Promise<Participant> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        urgency,
        admit: (participant) => {
          letGo();
          resolve(participant);
        },
      };
      const letGo = onAbort(signal, () => {
        this.#waiters.leave(waiter);
        reject(signal.reason as Error);
      });
      this.#waiters.add(waiter);
      // A turn later, so that phases that become ready together share the cores evenly.
      setImmediate(() => {
        this.#settle();
      });
    });
  }

  #shareOf(participant: Participant): CoreShare {
    return {
      jobs: participant.tokens,
      whileSeated: (work) => this.#whileSeated(participant, work),
      hasJobserver: async () => (await this.#pipes?.areThere()) ?? false,
      relyOnJobserver: () => {
        this.#spare += participant.becomeClient();
        this.#settle();
      },
    };
  }

  async #whileSeated<T>(participant: Participant, work: (seat: Seat | undefined) => Promise<T>): Promise<T> {
    const pipe = await this.#pipes?.take(() => {
      this.#spare += participant.collect('returned');
      this.#settle();
    });
    if (!pipe) return work(undefined);
    try {
      participant.open(pipe);
      this.#settle();
      return await work(pipe.seat);
    } finally {
      const { freed, isAnyMissing } = participant.close();
      this.#spare += freed;
      // Somebody who outlives the script may still hold a token, and is not to write it into the pipe of another.
      if (isAnyMissing) this.#pipes?.discard(pipe);
      else this.#pipes?.giveBack(pipe);
      this.#settle();
    }
  }

  /** Hands on what is free: to those that wait for their first core, then to clients, then back to where it came from. */
  #settle(): void {
    this.#admitWaiting();
    this.#dealTo((participant) => participant.wants());
    // Nobody else misses what lies in the pipes of this run, so it lies where it can be taken at once.
    if (!this.#source.isShared) this.#dealTo((participant) => participant.isClient && participant.isOpen);
    this.#giveBackSpare();
    this.#keepTime();
  }

  #admitWaiting(): void {
    while (this.#waiters.length > 0 && this.#obtainFirst()) {
      const next = this.#waiters.next();
      const sharers = this.#participants.size + this.#waiters.length + 1;
      const share = Math.max(1, Math.floor(this.#source.limit / sharers));
      const participant = new Participant(1 + this.#obtain(share - 1), this.#source.isShared ? 1 : this.#source.limit);
      this.#participants.add(participant);
      next?.admit(participant);
    }
  }

  /** What lies in the pipes untaken goes to those that have nothing. */
  #obtainFirst(): boolean {
    if (this.#obtain(1) === 1) return true;
    for (const each of this.#participants) this.#spare += each.collect('all');
    return this.#obtain(1) === 1;
  }

  #dealTo(mayHave: (participant: Participant) => boolean): void {
    for (;;) {
      const next = fewestTokens([...this.#participants].filter(mayHave));
      if (!next || this.#obtain(1) === 0) return;
      next.give(1);
    }
  }

  #obtain(count: number): number {
    const used = this.#used();
    const allowed = Math.min(count, Math.max(this.#source.limit, 1) - used);
    if (allowed <= 0) return 0;
    const fromSpare = Math.min(allowed, this.#spare);
    this.#spare -= fromSpare;
    return fromSpare + (allowed > fromSpare ? this.#source.take(allowed - fromSpare) : 0);
  }

  #used(): number {
    let used = 0;
    for (const { tokens } of this.#participants) used += tokens;
    return used;
  }

  /** The run's first core stays with the run: with somebody at work, or spare. */
  #giveBackSpare(): void {
    const isAnyoneAtWork = this.#participants.size > 0;
    const kept = isAnyoneAtWork ? 0 : 1;
    const surplus = this.#spare - kept;
    this.#spare = kept;
    if (surplus > 0) this.#source.giveBack(surplus);
    if (!isAnyoneAtWork) this.#source.rest();
  }

  #keepTime(): void {
    if (this.#mustLookAround() === (this.#timer !== undefined)) return;
    clearInterval(this.#timer);
    this.#timer = this.#timer ? undefined : setInterval(() => this.rebalance(), TICK_MS).unref();
  }

  /** Whether anything can change for the better without anybody telling. */
  #mustLookAround(): boolean {
    if (this.#participants.size === 0) return false;
    if (this.#source.isShared) return true;
    const isAnyOpen = [...this.#participants].some(({ isOpen }) => isOpen);
    return isAnyOpen && (this.#participants.size > 1 || this.#waiters.length > 0 || this.#used() < this.#source.limit);
  }
}

function fewestTokens(participants: readonly Participant[]): Participant | undefined {
  return participants.reduce<Participant | undefined>(
    (fewest, each) => (fewest && fewest.tokens <= each.tokens ? fewest : each),
    undefined,
  );
}
