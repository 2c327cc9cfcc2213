import type { HostFunction } from './values.js';

const WAITS = Symbol('waits');

/**
 * Marks a function that may return a promise. Where Lua cannot suspend (inside `table.sort`, `string.gsub`, while a file
 * is being loaded) it is then refused *before* it starts, so that none of its effects happen.
 */
export function waits(fn: HostFunction): HostFunction {
  return Object.assign((...args: Parameters<HostFunction>) => fn(...args), { [WAITS]: true });
}

export function mayWait(fn: HostFunction): boolean {
  return WAITS in fn;
}
