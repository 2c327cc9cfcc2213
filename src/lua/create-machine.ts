import { CpuMeter } from './cpu-meter.js';
import { lauxlib } from './fengari.js';
import { FunctionTable } from './function-table.js';
import { bindHostFunction } from './host-call.js';
import { globalTable } from './tables.js';
import { HostTables } from './host-tables.js';
import { Libraries, type OpenLibrary } from './libraries.js';
import type { Machine } from './machine.js';
import { catchNativeErrors } from './native-errors.js';
import { ObservedFiles } from './observed.js';
import { RaisedErrors } from './raised-errors.js';
import { ValueReader } from './read.js';
import type { LuaStateOptions } from './state.js';
import { Suspensions } from './suspension.js';
import { ChunkSources } from './traceback.js';
import { ValueWriter } from './write.js';

/**
 * A state in which no library is open.
 * @param libraries those that are to be opened when a chunk mentions them
 */
export function createMachine(
  options: LuaStateOptions,
  libraries: Readonly<Record<string, OpenLibrary<Machine>>> = {},
): Machine {
  const main = lauxlib.luaL_newstate();
  const functions = new FunctionTable();
  const hostTables = new HostTables();
  const suspensions = new Suspensions();
  const sources = new ChunkSources();
  const machine: Machine = {
    options,
    main,
    globals: globalTable(main),
    reader: new ValueReader(functions, hostTables),
    writer: new ValueWriter(functions, hostTables, (call) => bindHostFunction(machine, call)),
    functions,
    hostTables,
    suspensions,
    meter: new CpuMeter(suspensions, sources),
    sources,
    raised: new RaisedErrors(),
    observed: new ObservedFiles(),
    libraries: new Libraries(libraries),
    resources: new Set(),
    closed: false,
  };
  catchNativeErrors(machine);
  machine.meter.watch(main);
  return machine;
}
