/** What came back through a pipe since it was last asked. */
export interface Collected {
  /** Tokens that lay there for the client to take. */
  readonly unclaimed: number;
  /** Tokens that the client had taken and has given back where it can be told from the others. */
  readonly returned: number;
}

/** What a script needs to take part. */
export interface Seat {
  /** Open for the script as 3 and 4: it reads tokens from the first and writes them back to the second. */
  readonly files: readonly [number, number];
  /** A fifo that gives tokens, and takes them back. */
  readonly fifo: string;
}

/** The way of tokens to the programs of one script and back. It carries bytes and keeps no account. */
export interface TokenPipe {
  readonly seat: Seat;
  /** Lays tokens down for the client to take. */
  lend(count: number): void;
  /** Takes out what can be taken out at this moment, without waiting; `unclaimed` only when asked for. */
  collect(scope: 'returned' | 'all'): Collected;
}

/** The pipes of a run. One script after the other uses the same. */
export interface TokenPipes extends Disposable {
  /** Whether there can be any: not on Windows, and not without `mkfifo`. */
  areThere(): Promise<boolean>;
  /** @param onReturn called when the client has given tokens back */
  take(onReturn: () => void): Promise<TokenPipe | undefined>;
  giveBack(pipe: TokenPipe): void;
  /** For a pipe that somebody may still use. */
  discard(pipe: TokenPipe): void;
}
