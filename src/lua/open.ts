import { loadChunk } from './chunk.js';
import { runAsCoroutine, runToEnd } from './driver.js';
import { lua } from './fengari.js';
import { pushobj2s } from './fengari-values.js';
import { GivenGlobals } from './given-globals.js';
import { setGlobal } from './globals.js';
import type { Machine } from './machine.js';
import { createSandbox } from './sandbox.js';
import type { LuaState, LuaStateOptions, ObservedInputs } from './state.js';
import { rawField } from './tables.js';
import type { HostValue, LuaFunction, LuaValue } from './values.js';

/** Opens a state for a manifest or a recipe: sandboxed, with the global table `fettle`. */
export function openLuaState(options: LuaStateOptions): LuaState {
  const machine = createSandbox(options);
  sandboxGlobals ??= GivenGlobals.of(machine);
  return new MachineState(machine, sandboxGlobals);
}

/** The globals of a sandbox in which nothing has run: the same in each, so they are listed once. */
let sandboxGlobals: GivenGlobals | undefined;

/** A machine as the rest of fettle sees it. */
export class MachineState implements LuaState {
  #given: GivenGlobals;

  constructor(
    protected readonly machine: Machine,
    given: GivenGlobals = GivenGlobals.of(machine),
  ) {
    this.#given = given;
  }

  run(source: Uint8Array | string, name: string): void {
    this.runWith(source, name, []);
  }

  global(name: string): LuaValue {
    const { main: L, globals, reader } = this.machine;
    const value = rawField(globals, name);
    if (value.type === lua.LUA_TNIL) return undefined;
    pushobj2s(L, value);
    try {
      return reader.read(L, -1);
    } finally {
      lua.lua_settop(L, 0);
    }
  }

  assignedGlobals(): readonly string[] {
    return this.#given.othersIn(this.machine.globals);
  }

  setGlobal(name: string, value: HostValue): void {
    setGlobal(this.machine, name, value);
    this.#given = this.#given.with(name);
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
