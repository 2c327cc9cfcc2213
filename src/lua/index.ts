export type { LuaState, LuaStateOptions, ObservedInputs } from './state.js';
export {
  LazyFields,
  LuaFunction,
  LuaTable,
  MultipleResults,
  type HostFunction,
  type HostValue,
  type LuaKey,
  type LuaValue,
} from './values.js';
// export { openLuaState } from './open.js';   openLuaState(options: LuaStateOptions): LuaState
