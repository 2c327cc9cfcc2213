import { LuaFunction, LuaTable, type LuaState, type LuaValue } from '../lua/index.js';
import { LuaFields, describeValue, type Place } from '../manifest/index.js';
import { parseBuildTool } from './build-tool.js';
import { parseFetchRequests } from './fetch-requests.js';
import type {
  BuildVerb,
  CheckVerb,
  DeployVerb,
  FetchVerb,
  FunctionVerb,
  InstallVerb,
  NilVerb,
  Recipe,
  ShellVerb,
  StageVerb,
  VerbName,
} from './recipe.js';

export type Verbs = Pick<Recipe, VerbName>;

type SimpleVerb = NilVerb | ShellVerb | FunctionVerb;

const NIL: NilVerb = Object.freeze({ form: 'nil' });

/** What each verb may be besides nil, for messages. */
const ALLOWED: Readonly<Record<VerbName, string>> = {
  check: 'a shell script or a function',
  fetch: 'a URL, a table, an array of these, or a function',
  stage: 'a shell script, { strip = n }, or a function',
  build: 'a shell script, a table such as { cmake = {} }, or a function',
  install: 'a shell script or a function',
  deploy: 'a shell script, { path = {…}, env = {…} }, or a function',
};

/**
 * Reads the six verbs that a recipe's code assigned.
 * @param top the place of the recipe itself
 * @param fetchDirectories where relative fetch sources are looked for, in this order
 * @throws FettleError E_RECIPE; E_SOURCE, E_INTEGRITY_SPEC, E_FETCH_NAME for `fetch`
 */
export function parseVerbs(state: LuaState, top: Place, fetchDirectories: readonly string[]): Verbs {
  const read = <V>(name: VerbName, parse: (value: LuaValue, place: Place) => V): V =>
    parse(state.global(name), top.at(name));
  return {
    check: read('check', parseCheck),
    fetch: read('fetch', (value, place) => parseFetch(value, place, fetchDirectories)),
    stage: read('stage', parseStage),
    build: read('build', parseBuild),
    install: read('install', parseInstall),
    deploy: read('deploy', parseDeploy),
  };
}

function parseCheck(value: LuaValue, place: Place): CheckVerb {
  return simpleVerb(value) ?? refuse('check', value, place);
}

function parseInstall(value: LuaValue, place: Place): InstallVerb {
  return simpleVerb(value) ?? refuse('install', value, place);
}

function parseFetch(value: LuaValue, place: Place, directories: readonly string[]): FetchVerb {
  if (value === undefined || value instanceof LuaFunction) return simpleVerb(value) as NilVerb | FunctionVerb;
  if (typeof value !== 'string' && !(value instanceof LuaTable)) return refuse('fetch', value, place);
  const requests = parseFetchRequests(value, place, directories);
  if (requests.length > 0) return Object.freeze({ form: 'declared', requests });
  throw place.error('fetch lists nothing to fetch.', {
    facts: { expected: ALLOWED.fetch, got: 'an empty table' },
    hint: 'Leave fetch out when there is nothing to download.',
  });
}

function parseStage(value: LuaValue, place: Place): StageVerb {
  if (!(value instanceof LuaTable)) return simpleVerb(value) ?? refuse('stage', value, place);
  const fields = LuaFields.of(value, place);
  fields.refuseOthers(['strip']);
  const strip = fields.get('strip') ?? 0;
  if (typeof strip === 'number' && Number.isInteger(strip) && strip >= 0)
    return Object.freeze({ form: 'table', strip });
  throw place.at('strip').error('stage.strip must be a whole number, 0 or more.', {
    facts: { expected: 'the number of leading path parts to drop', got: describeValue(strip) },
  });
}

function parseBuild(value: LuaValue, place: Place): BuildVerb {
  if (!(value instanceof LuaTable)) return simpleVerb(value) ?? refuse('build', value, place);
  return Object.freeze({ form: 'table', tool: parseBuildTool(value, place) });
}

function parseDeploy(value: LuaValue, place: Place): DeployVerb {
  if (!(value instanceof LuaTable)) return simpleVerb(value) ?? refuse('deploy', value, place);
  const fields = LuaFields.of(value, place);
  fields.refuseOthers(['path', 'env'], { paths: 'path', PATH: 'path', environment: 'env' });
  return Object.freeze({ form: 'table', path: fields.strings('path') ?? [], env: fields.environment('env') });
}

/** The forms that mean the same for all verbs; undefined for any other value. */
function simpleVerb(value: LuaValue): SimpleVerb | undefined {
  if (value === undefined) return NIL;
  if (typeof value === 'string') return Object.freeze({ form: 'shell', script: value });
  if (value instanceof LuaFunction) return Object.freeze({ form: 'function', line: value.line });
  return undefined;
}

function refuse(verb: VerbName, value: LuaValue, place: Place): never {
  throw place.error(`${verb} must be ${ALLOWED[verb]}, not ${describeValue(value)}.`, {
    facts: { expected: `nil, ${ALLOWED[verb]}`, got: describeValue(value) },
  });
}
