import { Place, type DeclaredIn, type PackageRequest } from '../../manifest/index.js';
import type { Recipe } from '../recipe.js';

/** A recipe as JSON. Its identity is that of the request it answers, and not kept. */
export type RememberedRecipe = Omit<Recipe, 'identity'>;

/** Undefined for a recipe that is more than data: a dependency with a `fetch` function lives in a Lua state. */
export function rememberableRecipe({ identity: _asked, ...recipe }: Recipe): RememberedRecipe | undefined {
  const remembered = { ...recipe, dependencies: recipe.dependencies.map(withPlainPlace) };
  return isJson(remembered) ? remembered : undefined;
}

/** The recipe that was remembered, for a request of the same identity and options. */
export function recallRecipe(remembered: RememberedRecipe, { identity }: PackageRequest): Recipe {
  return Object.freeze({
    ...remembered,
    identity,
    dependencies: remembered.dependencies.map((request) => ({
      ...request,
      declaredIn: Place.of(request.declaredIn, 'E_RECIPE'),
    })),
  });
}

function withPlainPlace(request: PackageRequest): PackageRequest {
  const { file, directory, field, steps } = request.declaredIn;
  const declaredIn: DeclaredIn = { file, directory, field, line: undefined, ...(steps && { steps }) };
  return { ...request, declaredIn };
}

/** Whether JSON gives the value back as it is, but for fields that are undefined. */
function isJson(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return true;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0);
    case 'object':
      return value === null || isJsonObject(value);
    default:
      return false;
  }
}

function isJsonObject(value: object): boolean {
  const kind = Object.getPrototypeOf(value) as unknown;
  const isPlain = Array.isArray(value) || kind === Object.prototype || kind === null;
  return isPlain && Object.values(value).every(isJson);
}
