import { loadChunk } from './chunk.js';
import { createMachine } from './create-machine.js';
import { runAsCoroutine, runToEnd } from './driver.js';
import { lua } from './fengari.js';
import { globalNames, setGlobal } from './globals.js';
import type { Machine } from './machine.js';
import { LIBRARY_NAMES, openSandbox } from './sandbox.js';
import type { LuaState, LuaStateOptions, ObservedInputs } from './state.js';
import { nameBytes, pushBytes } from './text.js';
import type { HostValue, LuaFunction, LuaValue } from './values.js';

/** Opens a state for a manifest or a recipe: sandboxed, with the global table `fettle`. */
export function openLuaState(options: LuaStateOptions): LuaState {
  const machine = createMachine(options);
  openSandbox(machine);
  sandboxNames ??= globalNames(machine.main);
  return new MachineState(machine, sandboxNames);
}

/** The globals of a sandbox in which nothing has run: the same in each, so they are listed once. */
let sandboxNames: readonly string[] | undefined;

/** A machine as the rest of fettle sees it. */
export class MachineState implements LuaState {
  /** Names of the globals that no chunk assigned. */
  readonly #given: Set<string>;

  constructor(
    protected readonly machine: Machine,
    given: readonly string[] = globalNames(machine.main),
  ) {
    this.#given = new Set([...given, ...LIBRARY_NAMES]);
  }

  run(source: Uint8Array | string, name: string): void {
    this.runWith(source, name, []);
  }

  global(name: string): LuaValue {
    const L = this.machine.main;
    lua.lua_pushglobaltable(L);
    pushBytes(L, nameBytes(name));
    lua.lua_rawget(L, -2);
    try {
      return this.machine.reader.read(L, -1);
    } finally {
      lua.lua_settop(L, 0);
    }
  }

  assignedGlobals(): readonly string[] {
    return globalNames(this.machine.main).filter((name) => !this.#given.has(name));
  }

  setGlobal(name: string, value: HostValue): void {
    setGlobal(this.machine, name, value);
    this.#given.add(name);
  }

  async call(fn: LuaFunction, args: readonly HostValue[], signal?: AbortSignal): Promise<readonly LuaValue[]> {
    return runAsCoroutine(this.machine, (L) => this.machine.functions.push(L, fn), args, signal);
  }

  callSync(fn: LuaFunction, args: readonly HostValue[]): readonly LuaValue[] {
    const { machine } = this;
    return machine.observed.whileLoading(() => runToEnd(machine, (L) => machine.functions.push(L, fn), args));
  }

  observed(): ObservedInputs {
    return this.machine.observed.snapshot();
  }

  close(): void {
    this.machine.closed = true;
    for (const resource of this.machine.resources) resource[Symbol.dispose]();
    this.machine.resources.clear();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  protected runWith(source: Uint8Array | string, file: string, args: readonly HostValue[]): void {
    const { machine } = this;
    machine.observed.whileLoading(() => runToEnd(machine, (L) => loadChunk(machine, L, { source, file }), args));
  }
}
