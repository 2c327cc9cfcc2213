import { LuaFunction, type LuaState } from '../lua/index.js';
import { LuaFields, isInside, readString, type Options, type Place } from '../manifest/index.js';

/** A program's name: what one can type, and never a path. */
const PRODUCT_NAME = /^[^\s/\\.-][^\s/\\]*$/;

/**
 * Reads the programs a package offers: a table of names and paths inside the asset, or a function of the options.
 * @throws FettleError E_RECIPE, E_PRODUCT for a path that leaves the asset or a name that is none
 */
export function parseProducts(state: LuaState, place: Place, options: Options): Readonly<Record<string, string>> {
  const declared = state.global('products');
  const value = declared instanceof LuaFunction ? state.callSync(declared, [options])[0] : declared;
  if (value === undefined) return Object.freeze({});
  const at = declared instanceof LuaFunction ? place.onLine(declared.line) : place;
  const entries = LuaFields.of(value, at, 'a table of program names and paths').named();
  return Object.freeze(
    Object.fromEntries(entries.map(([name, path]) => [name, parseProduct(name, readString(path, at.at(name)), at)])),
  );
}

function parseProduct(name: string, path: string, place: Place): string {
  const at = place.at(name);
  if (!PRODUCT_NAME.test(name)) {
    throw at.error(`${JSON.stringify(name)} is not a name for a product.`, {
      code: 'E_PRODUCT',
      facts: { expected: 'the name of a program', got: name },
    });
  }
  if (isInside(path)) return path;
  throw at.error(`The product ${name} must be a path inside the asset.`, {
    code: 'E_PRODUCT',
    facts: { product: name, expected: 'a relative path without ".."', got: path },
    hint: 'Paths of products start at the asset, e.g. "bin/tool".',
  });
}
