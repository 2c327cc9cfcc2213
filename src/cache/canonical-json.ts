/**
 * JSON with one spelling for each value: keys sorted by code unit at every level, no white space, `-0` as `0`,
 * fields that are `undefined` left out. Two values have the same text exactly when they are the same data, so the
 * text can be hashed.
 * @throws TypeError for what JSON has no one spelling for: NaN, infinities, functions, class instances, holes, circles
 */
export function canonicalJson(value: unknown): string {
  return spell(value, '$', []);
}

function spell(value: unknown, path: string, parents: readonly object[]): string {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'number':
      return spellNumber(value, path);
    case 'object':
      return value === null ? 'null' : spellObject(value, path, parents);
    default:
      throw new TypeError(`${path} is a ${typeof value}, which is not data`);
  }
}

function spellNumber(value: number, path: string): string {
  if (!Number.isFinite(value)) throw new TypeError(`${path} is ${value}, which JSON cannot hold`);
  return JSON.stringify(value);
}

function spellObject(value: object, path: string, parents: readonly object[]): string {
  if (parents.includes(value)) throw new TypeError(`${path} contains itself`);
  const chain = [...parents, value];
  if (Array.isArray(value)) {
    // Array.from also visits holes, which `map` would pass over in silence.
    return `[${Array.from(value, (item: unknown, index) => spell(item, `${path}[${index}]`, chain)).join(',')}]`;
  }
  if (!isPlain(value)) throw new TypeError(`${path} is not a plain object`);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${spell(field, `${path}.${name}`, chain)}`);
  return `{${fields.join(',')}}`;
}

/** By shape, because a plain object of another realm has another `Object.prototype`. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
