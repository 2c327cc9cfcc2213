import { FettleError } from '../errors/index.js';
import { lauxlib, lua, type DebugRecord, type LuaThread } from './fengari.js';
import type { Machine } from './machine.js';
import { displayText, encodeText, nameBytes } from './text.js';

const TEXT_ONLY = nameBytes('t');
const ESCAPE = 0x1b;
const HASH = 0x23;
const NEWLINE = 0x0a;

/**
 * Pushes the function a chunk of source text compiles to. A UTF-8 byte order mark and a first line that starts with `#`
 * are skipped.
 * @param file its path as errors show it
 * @throws FettleError E_LUA_SYNTAX, E_LUA_SANDBOX (precompiled code can break out of the virtual machine)
 */
export function loadChunk(machine: Machine, L: LuaThread, chunk: { source: Uint8Array | string; file: string }): void {
  const { file } = chunk;
  const source = withoutPreamble(typeof chunk.source === 'string' ? encodeText(chunk.source) : chunk.source);
  if (source[0] === ESCAPE) throw precompiled(file);
  const name = encodeText(`@${file}`);
  const text = displayText(source);
  machine.sources.add(file, text, () => shortName(L, name));
  machine.libraries.openFor(machine, L, text);
  const status = lauxlib.luaL_loadbufferx(L, source, source.length, name, TEXT_ONLY);
  if (status !== lua.LUA_OK) throw syntaxError(machine, L, file);
}

/** Keeps the line break after a `#` line, so that line numbers stay true. */
function withoutPreamble(source: Uint8Array): Uint8Array {
  const start = source[0] === 0xef && source[1] === 0xbb && source[2] === 0xbf ? 3 : 0;
  if (source[start] !== HASH) return source.subarray(start);
  const lineEnd = source.indexOf(NEWLINE, start);
  return lineEnd < 0 ? new Uint8Array() : source.subarray(lineEnd);
}

/** The file's name as Lua's messages show it: Lua tells it of an empty chunk of that name. */
function shortName(L: LuaThread, name: Uint8Array): string {
  const record: DebugRecord = new lua.lua_Debug();
  lauxlib.luaL_loadbufferx(L, new Uint8Array(), 0, name, TEXT_ONLY);
  lua.lua_getinfo(L, nameBytes('>S'), record);
  return displayText(record.short_src);
}

function syntaxError(machine: Machine, L: LuaThread, file: string): FettleError {
  const message = displayText(lua.lua_tolstring(L, -1) ?? new Uint8Array());
  lua.lua_pop(L, 1);
  const split = machine.sources.splitMessage(message);
  return new FettleError('E_LUA_SYNTAX', split?.message ?? message, { location: split?.location ?? { file } });
}

function precompiled(file: string): FettleError {
  return new FettleError('E_LUA_SANDBOX', 'This is precompiled Lua code, which fettle does not run.', {
    location: { file },
    hint: 'Use the source text.',
  });
}
