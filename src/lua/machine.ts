import type { CpuMeter } from './cpu-meter.js';
import type { LuaThread } from './fengari.js';
import type { FunctionTable } from './function-table.js';
import type { HostTables } from './host-tables.js';
import type { Libraries } from './libraries.js';
import type { ObservedFiles } from './observed.js';
import type { RaisedErrors } from './raised-errors.js';
import type { ValueReader } from './read.js';
import type { LuaStateOptions } from './state.js';
import type { Suspensions } from './suspension.js';
import type { ChunkSources } from './traceback.js';
import type { ValueWriter } from './write.js';

/** The parts of one state, as its pieces see each other. */
export interface Machine {
  readonly options: LuaStateOptions;
  readonly main: LuaThread;
  readonly reader: ValueReader;
  readonly writer: ValueWriter;
  readonly functions: FunctionTable;
  readonly hostTables: HostTables;
  readonly suspensions: Suspensions;
  readonly meter: CpuMeter;
  readonly sources: ChunkSources;
  readonly raised: RaisedErrors;
  readonly observed: ObservedFiles;
  /** What a chunk's text mentions is opened before it runs; undefined for a script, which has all of them open. */
  libraries: Libraries | undefined;
  /** What must be let go when the state closes (open files). */
  readonly resources: Set<Disposable>;
  closed: boolean;
}
