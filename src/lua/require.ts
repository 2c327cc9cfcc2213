import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { FettleError } from '../errors/index.js';
import { loadChunk } from './chunk.js';
import { lua, type CFunction, type LuaThread } from './fengari.js';
import type { Machine } from './machine.js';
import { displayText, nameBytes, pushText, typeNameAt } from './text.js';
import { badArgument } from './arguments.js';

/** The registry's field for modules that are loaded; `package.loaded` is the same table. */
export const LOADED = '_LOADED';
/** Dotted names only: no separator, no `..` and no absolute path can be part of one. */
const MODULE_NAME = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;

/** `require`: finds `a.b` as `a/b.lua` or `a/b/init.lua` below the state's folder, and nowhere else. */
export function requireFunction(machine: Machine): CFunction {
  const loading: string[] = [];
  return (L) => {
    const name = moduleName(L);
    if (pushLoaded(L, name)) return 1;
    if (loading.includes(name)) throw loop([...loading, name]);
    loading.push(name);
    try {
      return load(machine, L, name);
    } finally {
      loading.pop();
    }
  };
}

function load(machine: Machine, L: LuaThread, name: string): number {
  const file = findModule(machine.options.requireRoot, name);
  const source = readFileSync(file);
  machine.observed.addContent(file, source);
  loadChunk(machine, L, { source, file });
  pushText(L, name);
  pushText(L, file);
  lua.lua_call(L, 2, 1);
  return remember(L, name);
}

/** A module that returns nothing counts as `true`, unless it entered itself in package.loaded. */
function remember(L: LuaThread, name: string): number {
  const returned = lua.lua_type(L, -1) !== lua.LUA_TNIL;
  if (!returned) {
    if (pushLoaded(L, name)) return 1;
    lua.lua_pushboolean(L, true);
  }
  lua.lua_getfield(L, lua.LUA_REGISTRYINDEX, nameBytes(LOADED));
  pushText(L, name);
  lua.lua_pushvalue(L, -3);
  lua.lua_rawset(L, -3);
  lua.lua_pop(L, 1);
  return 1;
}

function moduleName(L: LuaThread): string {
  const bytes = lua.lua_type(L, 1) === lua.LUA_TSTRING ? lua.lua_tolstring(L, 1) : null;
  if (bytes) return displayText(bytes);
  throw badArgument({ of: 'require', position: 1, value: undefined }, 'string', typeNameAt(L, 1));
}

/** Leaves the loaded module on the stack, or nothing. */
function pushLoaded(L: LuaThread, name: string): boolean {
  lua.lua_getfield(L, lua.LUA_REGISTRYINDEX, nameBytes(LOADED));
  pushText(L, name);
  const type = lua.lua_rawget(L, -2);
  lua.lua_remove(L, -2);
  if (type !== lua.LUA_TNIL) return true;
  lua.lua_pop(L, 1);
  return false;
}

/** @throws FettleError E_LUA_SANDBOX for a name or link that leads outside, E_LUA_RUNTIME when there is no such file */
function findModule(root: string | null, name: string): string {
  if (!MODULE_NAME.test(name))
    throw outside(name, 'A module name is made of letters, digits, _ and -, with dots between folders.');
  const parts = name.split('.');
  const places = root === null ? [] : [`${join(root, ...parts)}.lua`, join(root, ...parts, 'init.lua')];
  const found = places.find((place) => statSync(place, { throwIfNoEntry: false })?.isFile());
  if (root === null || found === undefined) throw notFound(name, places);
  const file = realpathSync(found);
  const inside = relative(realpathSync(root), file);
  if (inside === '..' || inside.startsWith(`..${sep}`))
    throw outside(name, 'It is a link to a file outside of the folder of the recipe.');
  return file;
}

function notFound(name: string, places: readonly string[]): FettleError {
  return new FettleError('E_LUA_RUNTIME', `module '${name}' not found`, {
    facts: { module: name, 'looked in': places },
    hint: 'require finds files beside the recipe only: a.b is a/b.lua or a/b/init.lua.',
  });
}

function outside(name: string, hint: string): FettleError {
  return new FettleError('E_LUA_SANDBOX', `module '${name}' may not be loaded`, { facts: { module: name }, hint });
}

function loop(names: readonly string[]): FettleError {
  return new FettleError('E_LUA_RUNTIME', `modules require each other in a circle: ${names.join(' → ')}`, {
    facts: { modules: names },
  });
}
