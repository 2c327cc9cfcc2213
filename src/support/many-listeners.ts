import { setMaxListeners } from 'node:events';

/**
 * Lets any number of waiters listen to one signal. A run has one signal and as many listeners as there is work; Node
 * would take more than ten for a leak and print a warning.
 */
export function allowManyListeners(signal: AbortSignal): void {
  setMaxListeners(Infinity, signal);
}
