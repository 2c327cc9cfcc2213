import type { Host } from '../host/index.js';
import { openLuaState, type LuaState } from './index.js';
import type { LuaStateOptions } from './state.js';
import { LuaFunction, type HostValue, type LuaValue } from './values.js';

export const testHost: Host = {
  platform: 'linux',
  arch: 'x86_64',
  env: { HOME: '/home/someone', EMPTY: '' },
  cwd: '/',
  home: '/home/someone',
  tmp: '/tmp',
  pid: 1,
  cores: 2,
  now: () => Date.UTC(2024, 1, 29, 12, 30, 15),
};

export interface TestState extends LuaState {
  readonly logged: string[];
  /** Runs `return …` as the body of a function and gives its results, called without waiting. */
  evaluate(body: string, ...args: HostValue[]): readonly LuaValue[];
  /** The same, as a coroutine. */
  start(body: string, ...args: HostValue[]): Promise<readonly LuaValue[]>;
  /** Compiles `function(...) body end`. */
  compile(body: string): LuaFunction;
}

/** A state with shortcuts; what it logs is in `logged` as `level: message`. */
export function openTestState(options: Partial<LuaStateOptions> = {}): TestState {
  const logged: string[] = [];
  const log: LuaStateOptions['log'] = (level, message) => void logged.push(`${level}: ${message}`);
  const state = openLuaState({ host: testHost, requireRoot: null, version: '1.2.3', log, ...options });
  const compile = (body: string): LuaFunction => {
    state.run(`function __compiled(...) ${body}\nend`, 'test.lua');
    const fn = state.global('__compiled');
    if (!(fn instanceof LuaFunction)) throw new Error('not a function');
    return fn;
  };
  return Object.assign(state, {
    logged,
    compile,
    evaluate: (body: string, ...args: HostValue[]) => state.callSync(compile(body), args),
    start: (body: string, ...args: HostValue[]) => state.call(compile(body), args),
  });
}

/** What a function throws, for tests that look at its fields. */
export function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** A promise that the test settles. */
export function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: unknown) => void } {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
