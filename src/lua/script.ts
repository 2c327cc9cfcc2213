import { createMachine } from './create-machine.js';
import { lua, lualib, type CFunction } from './fengari.js';
import type { Table } from './fengari-values.js';
import { fettleTable } from './fettle-table.js';
import { popGlobal, setGlobal } from './globals.js';
import type { Host } from '../host/index.js';
import { ioLibrary } from './io-library.js';
import type { Machine } from './machine.js';
import { requireNumber } from './arguments.js';
import { catchNativeErrors } from './native-errors.js';
import { MachineState } from './open.js';
import { osLibrary } from './os-library.js';
import { adaptCoroutineLibrary } from './coroutine-library.js';
import { keepHooksInProtectedCalls } from './protected-calls.js';
import { keepNext } from './base-library.js';
import { printFunction } from './print.js';
import { rawField } from './tables.js';
import { nameBytes } from './text.js';
import type { LuaState } from './state.js';
import { runTyped } from './typed-chunk.js';
import { LuaTable, type HostValue, type LuaValue } from './values.js';

export interface ScriptStateOptions {
  readonly host: Host;
  readonly version: string;
  /** Where modules are looked for, and what relative paths of `io` resolve against. */
  readonly cwd: string;
  /** Receives what `print` and `io.write` write. */
  readonly write: (bytes: Uint8Array) => void;
  /** Receives what `io.stderr` and `fettle.warn` and its like write. Default: dropped. */
  readonly writeError?: (bytes: Uint8Array) => void;
  /** The script's arguments: the global table `arg`, and `...`. */
  readonly args: readonly string[];
}

export interface ScriptState extends LuaState {
  /** What the script gave `os.exit`; null when it ended by itself. */
  readonly exitCode: number | null;
  /**
   * Runs what a person has typed, and prints what it gives. The signal stops it.
   * @returns `incomplete` when it is the beginning of something longer; then nothing was run
   * @throws FettleError as `run`
   */
  runTyped(text: string, signal: AbortSignal): Promise<'done' | 'incomplete'>;
}

/** Ends a script from within, whatever `pcall` stands in between. */
class ScriptExit extends Error {
  constructor(readonly exitCode: number) {
    super(`the script ended with exit code ${exitCode}`);
  }
}

/**
 * Opens a state for a script that the user trusts: all of Lua's libraries, `require "js"` (fengari-interop), no CPU limit.
 * Errors are told as for recipes.
 */
export async function openScriptState(options: ScriptStateOptions): Promise<ScriptState> {
  const { interop } = await import('./fengari-interop.js');
  const { host, version } = options;
  const log = (_level: string, message: string): void => options.writeError?.(Buffer.from(`${message}\n`));
  const machine = createMachine({ host, version, requireRoot: options.cwd, log, cpuLimitMs: Number.POSITIVE_INFINITY });
  openLibraries(machine, options);
  offerInterop(machine, interop.luaopen_js);
  setGlobal(machine, 'fettle', fettleTable(machine.options));
  return new Script(machine, options.args);
}

class Script extends MachineState implements ScriptState {
  exitCode: number | null = null;
  /** How many chunks somebody has typed. */
  #typed = 0;

  constructor(
    machine: Machine,
    private readonly args: readonly string[],
  ) {
    super(machine);
  }

  override run(source: Uint8Array | string, file: string): void {
    this.setGlobal('arg', new LuaTable(new Map([file, ...this.args].map((value, index) => [index, value]))));
    try {
      this.runWith(source, file, this.args);
    } catch (error) {
      this.#endBy(error);
    }
  }

  async runTyped(text: string, signal: AbortSignal): Promise<'done' | 'incomplete'> {
    try {
      this.#typed += 1;
      return await runTyped(this.machine, { text, name: `input ${this.#typed}` }, signal);
    } catch (error) {
      this.#endBy(error);
      return 'done';
    }
  }

  #endBy(error: unknown): void {
    if (!(error instanceof ScriptExit)) throw error;
    this.exitCode = error.exitCode;
  }
}

function openLibraries(machine: Machine, options: ScriptStateOptions): void {
  const L = machine.main;
  lualib.luaL_openlibs(L);
  keepNext(machine);
  keepHooksInProtectedCalls(L);
  adaptCoroutineLibrary(machine, L, rawField(machine.globals, 'coroutine').value as Table);
  lua.lua_pushcfunction(
    L,
    printFunction((line) => options.write(Buffer.from(`${line}\n`))),
  );
  popGlobal(L, 'print');
  const output = { out: options.write, err: (bytes: Uint8Array) => options.writeError?.(bytes) };
  const { observed, resources } = machine;
  setGlobal(machine, 'io', ioLibrary({ cwd: options.cwd, observed, resources, output }));
  const { clock, date, difftime, getenv, time } = osLibrary(options.host, observed);
  changeLibrary(machine, 'os', { clock, date, difftime, getenv, time });
  replaceExit(machine);
  changeLibrary(machine, 'package', { path: `${options.cwd}/?.lua;${options.cwd}/?/init.lua`, cpath: '', jspath: '' });
}

/** Puts fields into the table that a library is. */
function changeLibrary(machine: Machine, name: string, fields: Readonly<Record<string, HostValue>>): void {
  const L = machine.main;
  lua.lua_getglobal(L, nameBytes(name));
  for (const [key, value] of Object.entries(fields)) {
    machine.writer.push(L, value, `${name}.${key}`);
    lua.lua_setfield(L, -2, nameBytes(key));
  }
  lua.lua_pop(L, 1);
}

/** `os.exit` that unwinds: the process belongs to the command line. */
function replaceExit(machine: Machine): void {
  const L = machine.main;
  lua.lua_getglobal(L, nameBytes('os'));
  lua.lua_pushcfunction(L, (T) => machine.meter.end(T, new ScriptExit(exitCodeOf(machine.reader.read(T, 1)))));
  lua.lua_setfield(L, -2, nameBytes('exit'));
  lua.lua_pop(L, 1);
}

function exitCodeOf(code: LuaValue): number {
  if (code === undefined || code === true) return 0;
  if (code === false) return 1;
  return requireNumber({ of: 'os.exit', position: 1, value: code });
}

/** Makes `require "js"` work. The bridge installs its own handler of JavaScript errors; ours goes back at once. */
function offerInterop(machine: Machine, open: CFunction): void {
  const L = machine.main;
  lua.lua_getglobal(L, nameBytes('package'));
  lua.lua_getfield(L, -1, nameBytes('preload'));
  lua.lua_pushcfunction(L, (T) => {
    const results = open(T);
    catchNativeErrors(machine);
    return results;
  });
  lua.lua_setfield(L, -2, nameBytes('js'));
  lua.lua_pop(L, 2);
}
