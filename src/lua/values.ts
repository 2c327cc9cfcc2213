/**
 * Lua values as fettle sees them. A Lua string that is valid UTF-8 arrives as a JS string, any other as its
 * bytes; `nil` is undefined. Lua integers and floats both become numbers.
 */
export type LuaValue = undefined | boolean | number | string | Uint8Array | LuaTable | LuaFunction;

export type LuaKey = string | number | boolean;

/** A Lua table read once, in the order Lua iterates it. Nested tables are read too; a cycle is an error (E_LUA_VALUE). */
export class LuaTable {
  constructor(readonly entries: ReadonlyMap<LuaKey, LuaValue>) {}

  get(key: LuaKey): LuaValue {
    return this.entries.get(key);
  }

  get size(): number {
    return this.entries.size;
  }

  /** The values 1..n when the table is an array without gaps or other keys (an empty table is one), else undefined. */
  asArray(): readonly LuaValue[] | undefined {
    const values: LuaValue[] = [];
    for (let index = 1; index <= this.entries.size; index += 1) {
      if (!this.entries.has(index)) return undefined;
      values.push(this.entries.get(index));
    }
    return values;
  }
}

/** A handle on a Lua function. It lives as long as the state it came from and is called through that state. */
export class LuaFunction {
  constructor(
    /** Where the function is defined: the chunk's file and its first line (1-based). */
    readonly file: string,
    readonly line: number,
  ) {}
}

/**
 * What JavaScript may hand to Lua. Numbers that are whole and within 32 bits become Lua integers, all others floats
 * (fengari's integers are 32-bit and would wrap). Arrays become sequences, plain objects tables with string keys,
 * bytes and strings Lua strings.
 */
export type HostValue =
  | undefined
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | LuaTable
  | LuaFunction
  | HostFunction
  | LazyFields
  | HostObject
  | readonly HostValue[]
  | { readonly [key: string]: HostValue };

/** A table whose `lazy` fields are computed when Lua first reads them (so a large output is only in memory when wanted). */
export class LazyFields {
  constructor(
    readonly eager: Readonly<Record<string, HostValue>>,
    readonly lazy: Readonly<Record<string, () => HostValue>>,
  ) {}
}

/**
 * A function of JavaScript that Lua can call. Returning a promise suspends the Lua coroutine until it settles. What it
 * throws is raised inside the coroutine as a string, so `pcall` catches it; a FettleError keeps its code and facts when
 * it reaches the caller uncaught. An array result is returned as ONE Lua table; use `multiple` for several results.
 */
export type HostFunction = (...args: LuaValue[]) => HostValue | MultipleResults | Promise<HostValue | MultipleResults>;

export class MultipleResults {
  constructor(readonly values: readonly HostValue[]) {}
}

/** Fields and functions of which most are never asked for: each is made when Lua first reads it. */
export interface LateMembers {
  readonly fields: Readonly<Record<string, () => HostValue>>;
  readonly methods: readonly string[];
  /** @param name one of `methods` */
  readonly makeMethod: (name: string) => HostFunction;
}

/**
 * A table of fields and functions, such as `ctx`. Each function may be called as `object.f(…)` and as `object:f(…)`: when
 * the first argument is this very table it is dropped before the function sees the arguments (and is never marshalled).
 */
export class HostObject {
  constructor(
    readonly fields: Readonly<Record<string, HostValue>>,
    readonly methods: Readonly<Record<string, HostFunction>>,
    /** How messages call it. */
    readonly name?: string,
    readonly late?: LateMembers,
  ) {}
}
