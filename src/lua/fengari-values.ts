/**
 * How fengari 0.1.5 keeps its values, for what is done many times in each state: the functions of the manual copy and hash
 * the name of every field anew, and a state of a few lines is mostly fields that each state has. Names are fengari's.
 */
import type { CFunction, LuaBytes, LuaThread } from './fengari.js';
// The files of fengari need each other in a circle, which has to be entered where fengari itself does.
import './fengari.js';
// @ts-expect-error fengari ships no types
import * as untypedDefinitions from 'fengari/src/defs.js';
// @ts-expect-error fengari ships no types
import * as untypedObjects from 'fengari/src/lobject.js';
// @ts-expect-error fengari ships no types
import * as untypedStrings from 'fengari/src/lstring.js';
// @ts-expect-error fengari ships no types
import * as untypedTables from 'fengari/src/ltable.js';

/** A string. It never changes and knows no state, so that any number of states may hold the same one. */
export interface TString {
  readonly realstring: LuaBytes;
}

/** A value in its place. Places change: each belongs to one table, stack or closure. */
export interface TValue {
  readonly type: number;
  readonly value: unknown;
}

export interface Table {
  /** The entries in the order in which Lua iterates them. */
  readonly f: TableEntry | undefined;
}

interface TableEntry {
  readonly key: TValue;
  readonly value: TValue;
  readonly n: TableEntry | undefined;
}

/** A function of Lua code. */
interface LClosure {
  readonly p: {
    /** 0 for the body of a chunk. */
    readonly linedefined: number;
    /** The name of its chunk, with a first character that tells what the name is. */
    readonly source: TString;
  };
}

interface Tables {
  /** To be called when a field of what may be a metatable was set. */
  readonly invalidateTMcache: (table: Table) => void;
  /** A nil when there is none. The place is the table's own. */
  readonly luaH_getstr: (table: Table, key: TString) => TValue;
  readonly luaH_new: (L: LuaThread) => Table;
  /** Copies key and value; no metamethod runs. */
  readonly luaH_setfrom: (L: LuaThread, table: Table, key: TValue, value: TValue) => void;
}

interface Objects {
  /** A function of JavaScript with upvalues. */
  readonly CClosure: new (L: LuaThread, fn: CFunction, upvalueCount: number) => object;
  readonly LClosure: new (L: LuaThread, upvalueCount: number) => LClosure;
  readonly TValue: new (type: number, value: unknown) => TValue;
  readonly pushsvalue2s: (L: LuaThread, string: TString) => void;
  /** Pushes a copy. */
  readonly pushobj2s: (L: LuaThread, value: TValue) => void;
}

interface Strings {
  readonly TString: new (L: LuaThread | null, bytes: LuaBytes) => TString;
}

/** Finer than the types of the manual. */
interface Types {
  readonly LUA_TBOOLEAN: number;
  readonly LUA_TCCL: number;
  /** A function of JavaScript without upvalues. */
  readonly LUA_TLCF: number;
  readonly LUA_TLCL: number;
  readonly LUA_TLNGSTR: number;
  readonly LUA_TSHRSTR: number;
  readonly LUA_TNUMFLT: number;
  readonly LUA_TNUMINT: number;
  readonly LUA_TTABLE: number;
}

export const { constant_types: types } = untypedDefinitions as { readonly constant_types: Types };
export const { invalidateTMcache, luaH_getstr, luaH_new, luaH_setfrom } = untypedTables as Tables;
export const { CClosure, LClosure, TValue, pushobj2s, pushsvalue2s } = untypedObjects as Objects;
export const { TString } = untypedStrings as Strings;
