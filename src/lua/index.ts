export type { LuaState, LuaStateOptions, ObservedInputs } from './state.js';
export {
  HostObject,
  LazyFields,
  type LateMembers,
  LuaFunction,
  LuaTable,
  MultipleResults,
  type HostFunction,
  type HostValue,
  type LuaKey,
  type LuaValue,
} from './values.js';
export { openLuaState } from './open.js';
export { readPlainChunk } from './plain-chunk.js';
export { openScriptState, type ScriptState, type ScriptStateOptions } from './script.js';
export { waits } from './waiting.js';
