import type { LuaTable, LuaValue } from '../lua/index.js';
import { LuaFields, type Place } from '../manifest/index.js';
import { nearestName } from '../support/nearest-name.js';
import type { BuildTool, CommonBuild } from './recipe.js';

type Kind = BuildTool['kind'];

const COMMON = ['source', 'env'] as const;

/** The fields of each tool as a recipe writes them. */
const FIELDS: Readonly<Record<Kind, readonly string[]>> = {
  cmake: [...COMMON, 'args', 'defines', 'generator', 'build_type', 'targets', 'install'],
  make: [...COMMON, 'args', 'targets', 'install'],
  meson: [...COMMON, 'args', 'defines', 'build_type', 'install'],
  autotools: [...COMMON, 'args', 'make_args', 'install'],
  cargo: [...COMMON, 'args', 'features', 'bins', 'locked'],
};
const KINDS = Object.keys(FIELDS) as readonly Kind[];

/** How the two tools that have them spell true and false on their command line. */
const CMAKE_SWITCH = { true: 'ON', false: 'OFF' } as const;

/**
 * Reads a declarative build: a table with exactly one tool in it, whose value is the table of its settings.
 * @throws FettleError E_RECIPE
 */
export function parseBuildTool(table: LuaTable, place: Place): BuildTool {
  const [kind, settings] = readKind(LuaFields.of(table, place));
  const fields = LuaFields.of(settings, place.at(kind), `a table of settings, e.g. { ${kind} = {} }`);
  fields.refuseOthers(FIELDS[kind]);
  return Object.freeze(READERS[kind](fields));
}

function readKind(fields: LuaFields): readonly [Kind, LuaValue] {
  const { place } = fields;
  const [first, ...others] = fields.named();
  if (first && others.length === 0 && isKind(first[0])) return [first[0], first[1]];
  const names = fields.named().map(([name]) => name);
  const nearest = names.length === 1 ? nearestName(names[0] ?? '', KINDS) : undefined;
  throw place.error(`build must name exactly one of ${KINDS.join(', ')}.`, {
    facts: { expected: KINDS, got: names, ...(nearest && { nearest }) },
    hint: nearest ? `Did you mean { ${nearest} = {…} }?` : 'Write for example build = { cmake = { defines = {…} } }.',
  });
}

function isKind(name: string): name is Kind {
  return (KINDS as readonly string[]).includes(name);
}

const READERS: Readonly<Record<Kind, (fields: LuaFields) => BuildTool>> = {
  cmake: (fields) => ({
    kind: 'cmake',
    ...readCommon(fields),
    args: fields.strings('args') ?? [],
    defines: readDefines(fields, CMAKE_SWITCH),
    generator: fields.string('generator'),
    buildType: fields.string('build_type') ?? 'Release',
    targets: fields.strings('targets') ?? [],
    install: fields.boolean('install') ?? true,
  }),
  make: (fields) => ({
    kind: 'make',
    ...readCommon(fields),
    args: fields.strings('args') ?? [],
    targets: fields.strings('targets') ?? [],
    install: fields.boolean('install') ?? true,
  }),
  meson: (fields) => ({
    kind: 'meson',
    ...readCommon(fields),
    args: fields.strings('args') ?? [],
    defines: readDefines(fields),
    buildType: fields.string('build_type') ?? 'release',
    install: fields.boolean('install') ?? true,
  }),
  autotools: (fields) => ({
    kind: 'autotools',
    ...readCommon(fields),
    args: fields.strings('args') ?? [],
    makeArgs: fields.strings('make_args') ?? [],
    install: fields.boolean('install') ?? true,
  }),
  cargo: (fields) => ({
    kind: 'cargo',
    ...readCommon(fields),
    args: fields.strings('args') ?? [],
    features: fields.strings('features') ?? [],
    bins: fields.strings('bins') ?? [],
    locked: fields.boolean('locked') ?? true,
  }),
};

function readCommon(fields: LuaFields): CommonBuild {
  return { source: fields.subdirectory('source'), env: fields.environment('env') };
}

function readDefines(
  fields: LuaFields,
  spelling: { readonly true: string; readonly false: string } = { true: 'true', false: 'false' },
): Readonly<Record<string, string>> {
  return fields.texts('defines', spelling) ?? {};
}
