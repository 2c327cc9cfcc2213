import { createRequire } from 'node:module';
import type { LuaValue } from '../lua/index.js';
import {
  LuaFields,
  NO_OPTIONS,
  Place,
  canonicalOptions,
  parseOption,
  readArray,
  type OptionValue,
  type Options,
  type PackageRequest,
} from '../manifest/index.js';
import { nearestName } from '../support/nearest-name.js';

const OPTION_TYPES = ['string', 'boolean', 'integer', 'number', 'list', 'table', 'semver'] as const;
type OptionType = (typeof OPTION_TYPES)[number];

/** What a recipe declares about one of its options. */
interface OptionRule {
  /** Undefined: a value of any type. */
  readonly type: OptionType | undefined;
  readonly isRequired: boolean;
  readonly default: OptionValue | undefined;
  readonly choices: readonly OptionValue[] | undefined;
  readonly description: string | undefined;
}

export type OptionSchema = ReadonlyMap<string, OptionRule>;

const FIELDS = ['type', 'required', 'default', 'choices', 'description'] as const;

const EXPECTED: Readonly<Record<OptionType, string>> = {
  string: 'a string',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  list: 'a list',
  table: 'a table',
  semver: 'a version such as "1.2.3"',
};

/**
 * Reads the global `options` of a recipe; undefined when it declares none and takes whatever it is given.
 * @throws FettleError E_RECIPE
 */
export function parseOptionSchema(value: LuaValue, place: Place): OptionSchema | undefined {
  if (value === undefined) return undefined;
  const entries = LuaFields.of(value, place, 'a table of declared options').named();
  return new Map(entries.map(([name, rule]) => [name, parseRule(rule, place.at(name))]));
}

/**
 * The options a package was asked for, checked, with the defaults filled in.
 * @throws FettleError E_OPTION, located where the package is asked for
 */
export function resolveOptions(schema: OptionSchema | undefined, request: PackageRequest): Options {
  if (!schema) return request.options;
  const place = Place.of(request.declaredIn, 'E_OPTION');
  for (const [name, value] of Object.entries(request.options)) {
    checkOption(name, value, { schema, request, place: place.at('options').at(name) });
  }
  const resolved = [...schema].flatMap(([name, rule]) => {
    const value = Object.hasOwn(request.options, name) ? request.options[name] : rule.default;
    if (value === undefined && rule.isRequired) throw missingOption(name, rule, request);
    return value === undefined ? [] : [[name, value] as const];
  });
  return resolved.length === 0 ? NO_OPTIONS : Object.freeze(Object.fromEntries(resolved));
}

function parseRule(value: LuaValue, place: Place): OptionRule {
  const fields = LuaFields.of(value, place, 'a table such as { type = "string" }');
  fields.refuseOthers(FIELDS);
  const type = parseType(fields);
  const choices = fields.get('choices');
  const given = fields.get('default');
  const rule: OptionRule = {
    type,
    isRequired: fields.boolean('required') ?? false,
    choices: choices === undefined ? undefined : parseChoices(choices, type, place.at('choices')),
    default: given === undefined ? undefined : parseOption(given, place.at('default')),
    description: fields.string('description'),
  };
  const problem = rule.default === undefined ? undefined : problemOf(rule.default, rule);
  if (problem !== undefined) throw badDeclaration(place.at('default'), problem, rule.default);
  return Object.freeze(rule);
}

function parseType(fields: LuaFields): OptionType | undefined {
  const text = fields.string('type');
  if (text === undefined) return undefined;
  const type = OPTION_TYPES.find((known) => known === text);
  if (type) return type;
  const nearest = nearestName(text, OPTION_TYPES);
  throw fields.place.at('type').error(`${fields.place.field}.type names an unknown type ${JSON.stringify(text)}.`, {
    facts: { known: OPTION_TYPES, ...(nearest && { nearest }) },
    ...(nearest && { hint: `Did you mean ${JSON.stringify(nearest)}?` }),
  });
}

function parseChoices(value: LuaValue, type: OptionType | undefined, place: Place): readonly OptionValue[] {
  return readArray(value, place, 'a list of values').map((element, index) => {
    const choice = parseOption(element, place.at(index + 1));
    const problem = type && !hasType(choice, type) ? `it must be ${EXPECTED[type]}` : undefined;
    if (problem !== undefined) throw badDeclaration(place.at(index + 1), problem, choice);
    return choice;
  });
}

function badDeclaration(place: Place, problem: string, value: OptionValue | undefined): Error {
  return place.error(`${place.field} does not fit the option: ${problem}.`, {
    facts: { expected: problem, got: value === undefined ? 'nil' : describeOption(value) },
  });
}

interface Asked {
  readonly schema: OptionSchema;
  readonly request: PackageRequest;
  readonly place: Place;
}

function checkOption(name: string, value: OptionValue, { schema, request, place }: Asked): void {
  const rule = schema.get(name);
  if (!rule) throw undeclaredOption(name, { schema, request, place });
  const problem = problemOf(value, rule);
  if (problem === undefined) return;
  const nearest = nearestChoice(value, rule);
  throw place.error(`${request.identity.text}: the option ${name} is not valid: ${problem}.`, {
    facts: { option: name, expected: problem, got: describeOption(value), ...(nearest && { nearest }) },
    ...(nearest && { hint: `Did you mean ${JSON.stringify(nearest)}?` }),
  });
}

function undeclaredOption(name: string, { schema, request, place }: Asked): Error {
  const declared = [...schema.keys()];
  const nearest = nearestName(name, declared);
  const known = declared.length === 0 ? 'It has no options.' : `Its options are ${declared.join(', ')}.`;
  return place.error(`${request.identity.text} has no option ${name}.`, {
    facts: { option: name, known: declared, ...(nearest && { nearest }) },
    hint: nearest ? `Did you mean ${nearest}?` : known,
  });
}

function missingOption(name: string, rule: OptionRule, request: PackageRequest): Error {
  const expected = rule.type ? EXPECTED[rule.type] : 'a value';
  return Place.of(request.declaredIn, 'E_OPTION').error(`${request.identity.text} needs the option ${name}.`, {
    facts: { option: name, expected, got: 'nil' },
    hint: `Add options = { ${name} = … }${rule.description === undefined ? '' : `: ${rule.description}`}.`,
  });
}

/** Why a value does not fit; undefined when it does. */
function problemOf(value: OptionValue, { type, choices }: OptionRule): string | undefined {
  if (type && !hasType(value, type)) return `it must be ${EXPECTED[type]}`;
  if (choices && !choices.some((choice) => isSame(choice, value))) {
    return `it must be one of ${choices.map(describeOption).join(', ')}`;
  }
  return undefined;
}

function hasType(value: OptionValue, type: OptionType): boolean {
  switch (type) {
    case 'string':
    case 'boolean':
    case 'number':
      return typeof value === type;
    case 'integer':
      return Number.isInteger(value);
    case 'list':
      return Array.isArray(value);
    case 'table':
      return typeof value === 'object' && (!Array.isArray(value) || value.length === 0);
    case 'semver':
      return typeof value === 'string' && isSemanticVersion(value);
  }
}

/** Loaded when the first recipe asks for it: most do not. */
function isSemanticVersion(text: string): boolean {
  const valid = createRequire(import.meta.url)('semver/functions/valid') as (version: string) => string | null;
  return valid(text) !== null;
}

function isSame(left: OptionValue, right: OptionValue): boolean {
  return canonicalOptions({ value: left }) === canonicalOptions({ value: right });
}

function describeOption(value: OptionValue): string {
  return canonicalOptions({ value }).slice('{value='.length, -1);
}

function nearestChoice(value: OptionValue, { choices }: OptionRule): string | undefined {
  if (typeof value !== 'string' || !choices) return undefined;
  return nearestName(
    value,
    choices.filter((choice): choice is string => typeof choice === 'string'),
  );
}
