import type { LuaThread } from './fengari.js';
import { TValue, invalidateTMcache, luaH_setfrom, types, type Table } from './fengari-values.js';

interface Field {
  readonly key: TValue;
  readonly value: TValue;
}

/** Values that no state can change, so that all states may have the same. */
const SHAREABLE: readonly number[] = [
  types.LUA_TBOOLEAN,
  types.LUA_TLCF,
  types.LUA_TLNGSTR,
  types.LUA_TNUMFLT,
  types.LUA_TNUMINT,
];

/**
 * The fields of a library as one state opened it, to be copied into a table of each other state, which takes a small part
 * of the time. States share what the fields hold: functions that keep nothing of a state, strings, numbers.
 */
export class LibraryTemplate {
  readonly #fields: readonly Field[];

  /** @throws TypeError when something in the table could be changed by a state */
  constructor(table: Table) {
    const fields: Field[] = [];
    for (let entry = table.f; entry; entry = entry.n) {
      const { key, value } = entry;
      if (!SHAREABLE.includes(value.type)) throw new TypeError('a state could change what all states would share');
      fields.push({ key: new TValue(key.type, key.value), value: new TValue(value.type, value.value) });
    }
    this.#fields = fields;
  }

  /** In the order in which the first state has them. */
  copyTo(L: LuaThread, table: Table): void {
    for (const { key, value } of this.#fields) luaH_setfrom(L, table, key, value);
    invalidateTMcache(table);
  }
}
