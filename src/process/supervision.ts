import { setMaxListeners } from 'node:events';
import type { ChildRegistry } from './child-registry.js';
import type { ChildExit, RunningChild } from './child.js';
import { OutputDrain } from './output-drain.js';
import { Termination } from './termination.js';

export type OutputName = 'stdout' | 'stderr';

/** Longer waits overflow Node's timers, which then fire at once; 24 days are for ever. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface Care {
  readonly signal: AbortSignal;
  readonly timeoutMs?: number | undefined;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly killGraceMs?: number | undefined;
  /** Where the group is entered while it is ended, also when its leader has gone. */
  readonly children?: ChildRegistry | undefined;
  /** Receives each chunk; the child is held back while the promise is pending. What it throws ends the child. */
  readonly deliver: (stream: OutputName, chunk: Uint8Array) => void | Promise<void>;
}

export interface Ending extends ChildExit {
  readonly timedOut: boolean;
}

/**
 * Sees a child through to its end and the end of its output.
 * @throws the reason of `signal`, or what `deliver` threw, after the whole group was ended
 */
export async function supervise(child: RunningChild, care: Care): Promise<Ending> {
  const termination = new Termination(child, care);
  const stopWatching = watch(child, care, termination);
  try {
    await drainOutputs(child, care, termination);
    const exit = await child.exit;
    await termination.finished();
    if (termination.reason?.kind === 'failure') throw termination.reason.error;
    return { ...exit, timedOut: termination.reason?.kind === 'timeout' };
  } finally {
    stopWatching();
  }
}

function watch(child: RunningChild, care: Care, termination: Termination): () => void {
  const { signal, timeoutMs = Infinity } = care;
  const onAbort = (): void => termination.begin({ kind: 'failure', error: signal.reason });
  // One signal serves a whole run: as many listeners as there are children are no leak.
  setMaxListeners(0, signal);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  const onTimeout = (): void => termination.begin({ kind: 'timeout' });
  const timer = timeoutMs <= LONGEST_TIMER_MS ? setTimeout(onTimeout, timeoutMs) : undefined;
  // The limit is on the child: reading what it left behind may take longer.
  void child.exit.then(() => clearTimeout(timer));
  return () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  };
}

async function drainOutputs(child: RunningChild, care: Care, termination: Termination): Promise<void> {
  const drains = (['stdout', 'stderr'] as const).flatMap((name) => {
    const stream = child[name];
    return stream ? [new OutputDrain(stream, (chunk) => care.deliver(name, chunk))] : [];
  });
  void child.exit.then(() => drains.forEach((drain) => drain.leaderExited()));
  const end = (error: unknown): void => termination.begin({ kind: 'failure', error });
  await Promise.all(drains.map((drain) => drain.run().catch(end)));
}
