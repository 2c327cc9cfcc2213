import { FettleError } from '../errors/index.js';

/** A function that recipes may not use: it raises E_LUA_SANDBOX and says what to use. */
export function forbidden(name: string, hint: string): () => never {
  return () => {
    throw new FettleError('E_LUA_SANDBOX', `${name} is not available in recipes.`, { facts: { function: name }, hint });
  };
}
