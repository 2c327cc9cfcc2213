import type { CpuMeter } from './cpu-meter.js';
import type { LuaThread } from './fengari.js';
import type { Table } from './fengari-values.js';
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
  /** The table of its global variables. */
  readonly globals: Table;
  readonly reader: ValueReader;
  readonly writer: ValueWriter;
  readonly functions: FunctionTable;
  readonly hostTables: HostTables;
  readonly suspensions: Suspensions;
  readonly meter: CpuMeter;
  readonly sources: ChunkSources;
  readonly raised: RaisedErrors;
  readonly observed: ObservedFiles;
  /** Those that are opened when a chunk mentions them. */
  readonly libraries: Libraries<Machine>;
  /** What must be let go when the state closes (open files). */
  readonly resources: Set<Disposable>;
  closed: boolean;
}
