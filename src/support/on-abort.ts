import { allowManyListeners } from './many-listeners.js';

const listenersOf = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls a listener when the signal aborts, once; not when it has aborted already. A signal compares each new listener
 * with all it has, so thousands that wait would cost the square of their number: they share one listener instead.
 * @returns lets go of the signal
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  const listeners = listenersOf.get(signal) ?? listenersOn(signal);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

function listenersOn(signal: AbortSignal): Set<() => void> {
  const listeners = new Set<() => void>();
  listenersOf.set(signal, listeners);
  allowManyListeners(signal);
  signal.addEventListener(
    'abort',
    () => {
      for (const listener of listeners) listener();
      listeners.clear();
    },
    { once: true },
  );
  return listeners;
}
