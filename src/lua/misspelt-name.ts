import { didYouMean } from '../support/nearest-name.js';
import { lua, type DebugRecord, type LuaThread } from './fengari.js';
import { globalNames } from './globals.js';
import type { Machine } from './machine.js';
import { displayText, nameBytes, pushText } from './text.js';

/** How Lua's messages call what was nil where a value is needed (luaG_typeerror and varinfo in ldebug.c). */
const NIL_NAME = /\ba nil value \((field|method|global) '([^']+)'\)$/;

/** Names that are globals also before their library is opened. */
const LIBRARIES = ['coroutine', 'fettle', 'io', 'math', 'os', 'string', 'table', 'utf8'] as const;

/**
 * "Did you mean …?" when an error says that a field or a global is nil, and something that is there has nearly that
 * name. It looks at the real table, through the variables of the function that failed, so `level` must be its level on
 * the stack of `L`, which must still be there.
 * @param line the line that failed, which names the table
 */
export function hintForNil(
  machine: Machine,
  L: LuaThread,
  failed: { readonly message: string; readonly line: string; readonly level: number },
): string | undefined {
  const [, kind, name] = NIL_NAME.exec(failed.message) ?? [];
  if (kind === undefined || name === undefined || !lua.lua_checkstack(L, 20)) return undefined;
  const record: DebugRecord = new lua.lua_Debug();
  if (lua.lua_getstack(L, failed.level, record) === 0) return undefined;
  const top = lua.lua_gettop(L);
  try {
    if (kind === 'global') return didYouMean(name, [...localNames(L, record), ...globalNames(L), ...LIBRARIES]);
    return didYouMean(name, fieldsBeside(machine, L, record, ownerOf(failed.line, name)));
  } finally {
    lua.lua_settop(L, top);
  }
}

/** `a.b` in a line with `a.b.name` or `a.b:name`, as its parts. */
function ownerOf(line: string, name: string): readonly string[] {
  const path = new RegExp(`([A-Za-z_]\\w*(?:\\.[A-Za-z_]\\w*)*)\\s*[.:]\\s*${name.replace(/\W/g, '\\$&')}(?!\\w)`);
  return path.exec(line)?.[1]?.split('.') ?? [];
}

function fieldsBeside(
  machine: Machine,
  L: LuaThread,
  record: DebugRecord,
  [first, ...rest]: readonly string[],
): readonly string[] {
  if (first === undefined) return [];
  pushVariable(L, record, first);
  for (const part of rest) if (!pushField(L, part)) return [];
  if (lua.lua_type(L, -1) === lua.LUA_TSTRING) lua.lua_getglobal(L, nameBytes('string'));
  return lua.lua_type(L, -1) === lua.LUA_TTABLE ? fieldNames(machine, L) : [];
}

/** Pushes a local of the function, the innermost of that name, else the global. */
function pushVariable(L: LuaThread, record: DebugRecord, name: string): void {
  const index = localNames(L, record).lastIndexOf(name);
  if (index >= 0) {
    lua.lua_getlocal(L, record, index + 1);
    return;
  }
  lua.lua_pushglobaltable(L);
  pushText(L, name);
  lua.lua_rawget(L, -2);
}

/** Raw: what a metamethod would answer is not looked at, for it is code of the recipe. */
function pushField(L: LuaThread, name: string): boolean {
  if (lua.lua_type(L, -1) !== lua.LUA_TTABLE) return false;
  pushText(L, name);
  lua.lua_rawget(L, -2);
  return true;
}

function localNames(L: LuaThread, record: DebugRecord): readonly string[] {
  const names: string[] = [];
  for (let bytes = lua.lua_getlocal(L, record, 1); bytes; bytes = lua.lua_getlocal(L, record, names.length + 1)) {
    lua.lua_pop(L, 1);
    names.push(displayText(bytes));
  }
  return names;
}

function fieldNames(machine: Machine, L: LuaThread): readonly string[] {
  const names = [...machine.hostTables.namesToCome(L, -1)];
  lua.lua_pushnil(L);
  while (lua.lua_next(L, -2) !== 0) {
    lua.lua_pop(L, 1);
    if (lua.lua_type(L, -1) === lua.LUA_TSTRING) names.push(displayText(lua.lua_tolstring(L, -1) ?? new Uint8Array()));
  }
  // Lua has no order of fields; the answer must not depend on chance.
  return names.sort();
}
