/**
 * JSON with one spelling for each value: keys sorted by code unit at every level, no white space, `-0` as `0`,
 * fields that are `undefined` left out. Two values have the same text exactly when they are the same data, so the
 * text can be hashed.
 * @throws TypeError for what JSON has no one spelling for: NaN, infinities, functions, class instances, holes, circles
 */
export function canonicalJson(value: unknown): string {
  return spell(value, { parents: [], names: [] });
}

/** Where a value stands. Most are data, so it is made into a text only for an error. */
interface Trail {
  readonly parents: object[];
  readonly names: string[];
}

function spell(value: unknown, trail: Trail): string {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'number':
      return spellNumber(value, trail);
    case 'object':
      return value === null ? 'null' : spellObject(value, trail);
    default:
      throw notData(trail, `is a ${typeof value}, which is not data`);
  }
}

function spellNumber(value: number, trail: Trail): string {
  if (!Number.isFinite(value)) throw notData(trail, `is ${value}, which JSON cannot hold`);
  return JSON.stringify(value);
}

function spellObject(value: object, trail: Trail): string {
  if (trail.parents.includes(value)) throw notData(trail, 'contains itself');
  trail.parents.push(value);
  const text = Array.isArray(value) ? spellList(value, trail) : spellFields(value, trail);
  trail.parents.pop();
  return text;
}

function spellList(list: readonly unknown[], trail: Trail): string {
  // Array.from also visits holes, which `map` would pass over in silence.
  return `[${Array.from(list, (item, index) => spellPart(item, `[${index}]`, trail)).join(',')}]`;
}

function spellFields(value: object, trail: Trail): string {
  if (!isPlain(value)) throw notData(trail, 'is not a plain object');
  const fields = value as Readonly<Record<string, unknown>>;
  let text = '';
  for (const name of Object.keys(fields).sort()) {
    const field = fields[name];
    if (field === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${spellPart(field, `.${name}`, trail)}`;
  }
  return `{${text}}`;
}

function spellPart(value: unknown, name: string, trail: Trail): string {
  trail.names.push(name);
  const text = spell(value, trail);
  trail.names.pop();
  return text;
}

function notData({ names }: Trail, problem: string): TypeError {
  return new TypeError(`$${names.join('')} ${problem}`);
}

/** By shape, because a plain object of another realm has another `Object.prototype`. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
