/** fengari's bridge to JavaScript objects, for trusted scripts only. Import this file lazily. */
// @ts-expect-error fengari-interop ships no types
import * as untyped from 'fengari-interop';
import type { CFunction } from './fengari.js';

export const interop = untyped as { readonly luaopen_js: CFunction };
