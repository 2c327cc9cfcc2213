import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseIntegrity, parseSource, type FetchRequest, type Source } from '../fetch/index.js';
import { LuaTable, type LuaValue } from '../lua/index.js';
import { LuaFields, Place, describeValue, readArray, readString } from '../manifest/index.js';

const FIELDS = ['source', 'sha256', 'ref', 'submodules', 'dest', 'mirrors'] as const;
const MEANT = {
  url: 'source',
  uri: 'source',
  file: 'dest',
  filename: 'dest',
  name: 'dest',
  hash: 'sha256',
  integrity: 'sha256',
  digest: 'sha256',
} as const;

/**
 * A value that recipe code handed over. Without a line it is the argument of a call, which Lua itself locates; with one,
 * what a function that starts there returned.
 */
export interface CallPlace {
  readonly file: string;
  readonly field: string;
  readonly line?: number;
}

/**
 * Reads what is to be fetched: a string, a table `{source=, sha256=, ref=, submodules=, dest=, mirrors=}`, or an array of these.
 * @param where the place in a recipe, or the call that the value was given to or returned from
 * @param baseDirectories where relative paths start: the first in which the file is, else the first of all
 * @throws FettleError E_RECIPE, or E_CTX_ARGUMENT for an argument; E_SOURCE, E_INTEGRITY_SPEC, E_FETCH_NAME
 */
export function parseFetchRequests(
  value: LuaValue,
  where: string | CallPlace | Place,
  baseDirectories: readonly string[],
): readonly FetchRequest[] {
  const place = placeOf(where);
  if (!isList(value)) return Object.freeze([parseFetchRequest(value, place, baseDirectories)]);
  const elements = readArray(value, place, 'one thing to fetch, or an array of them');
  return Object.freeze(
    elements.map((element, index) => parseFetchRequest(element, place.at(index + 1), baseDirectories)),
  );
}

function placeOf(where: string | CallPlace | Place): Place {
  if (where instanceof Place) return where;
  if (typeof where === 'string') return Place.called(where, 'E_CTX_ARGUMENT');
  const { file, field, line } = where;
  if (line === undefined) return Place.called(field, 'E_CTX_ARGUMENT');
  return Place.of({ file, directory: dirname(file), field, line }, 'E_RECIPE');
}

/** A table with any name in it is one request, so that a misspelt field is told as such. */
function isList(value: LuaValue): value is LuaTable {
  return value instanceof LuaTable && [...value.entries.keys()].every((key) => typeof key !== 'string');
}

function parseFetchRequest(value: LuaValue, place: Place, baseDirectories: readonly string[]): FetchRequest {
  if (value instanceof LuaTable) return parseTable(LuaFields.of(value, place), baseDirectories);
  if (typeof value !== 'string') {
    throw place.error(`${place.field} must be a source or a table with one, not ${describeValue(value)}.`, {
      facts: { expected: 'a string or { source = …, sha256 = … }', got: describeValue(value) },
    });
  }
  const source = readSource(value, place, baseDirectories);
  refuseBareGit(source, undefined, place);
  return Object.freeze({ source });
}

function parseTable(fields: LuaFields, baseDirectories: readonly string[]): FetchRequest {
  fields.refuseOthers(FIELDS, MEANT);
  const { place } = fields;
  const text = fields.string('source');
  if (text === undefined) {
    throw place.error(`${place.field} does not say what to fetch.`, {
      facts: { expected: 'source = "…"' },
      hint: 'Add the field source.',
    });
  }
  const source = readSource(text, place.at('source'), baseDirectories);
  const ref = fields.string('ref');
  refuseBareGit(source, ref, place);
  const digest = fields.string('sha256');
  const mirrors = readMirrors(fields, baseDirectories);
  refuseGitOnly({ source, ref, digest, hasMirrors: mirrors !== undefined }, place);
  const submodules = fields.boolean('submodules');
  if (submodules !== undefined) refuseOutsideGit('submodules', source, place);
  const dest = readDestination(fields);
  return Object.freeze({
    source,
    ...(digest !== undefined && { integrity: place.at('sha256').locating(() => parseIntegrity(digest)) }),
    ...(ref !== undefined && { ref }),
    ...(submodules !== undefined && { submodules }),
    ...(dest !== undefined && { dest }),
    ...(mirrors && { mirrors }),
  });
}

function readSource(text: string, place: Place, baseDirectories: readonly string[]): Source {
  const [first = '', ...others] = baseDirectories;
  const source = place.locating(() => parseSource(readString(text, place), first));
  if (source.kind !== 'path' || existsSync(source.path)) return source;
  const elsewhere = others.map((directory) => parseSource(text, directory));
  return elsewhere.find((other) => other.kind === 'path' && existsSync(other.path)) ?? source;
}

function refuseBareGit(source: Source, ref: string | undefined, place: Place): void {
  if (source.kind !== 'git' || ref !== undefined) return;
  throw place.error(`${place.field} is a git source without a ref.`, {
    facts: { got: source.text, expected: '{ source = …, ref = … }' },
    hint: 'Add ref = "…": a commit, a tag or a branch.',
  });
}

interface GitOnly {
  readonly source: Source;
  readonly ref: string | undefined;
  readonly digest: string | undefined;
  readonly hasMirrors: boolean;
}

function refuseGitOnly({ source, ref, digest, hasMirrors }: GitOnly, place: Place): void {
  if (source.kind !== 'git') {
    if (ref !== undefined) refuseOutsideGit('ref', source, place);
    return;
  }
  const field = digest !== undefined ? 'sha256' : hasMirrors ? 'mirrors' : undefined;
  if (field === undefined) return;
  throw place.at(field).error(`${place.field} has ${field}, which a git source cannot have.`, {
    facts: { got: source.text },
    hint: 'Use a full commit id as ref: git verifies it.',
  });
}

function refuseOutsideGit(field: 'ref' | 'submodules', source: Source, place: Place): void {
  if (source.kind === 'git') return;
  const what = field === 'ref' ? 'a ref' : field;
  throw place
    .at(field)
    .error(`${place.field} has ${what}, which only a git source has.`, { facts: { got: source.text } });
}

function readMirrors(fields: LuaFields, baseDirectories: readonly string[]): readonly Source[] | undefined {
  const place = fields.place.at('mirrors');
  const mirrors = fields.strings('mirrors');
  return mirrors && Object.freeze(mirrors.map((text, index) => readSource(text, place.at(index + 1), baseDirectories)));
}

function readDestination(fields: LuaFields): string | undefined {
  const dest = fields.string('dest');

  if (dest === undefined || !/[/\\\u0000-\u001f]|^\.{1,2}$/.test(dest)) return dest;
  const place = fields.place.at('dest');
  throw place.error(`${place.field} must be a file name without a folder.`, {
    code: 'E_FETCH_NAME',
    facts: { expected: 'a file name', got: dest },
  });
}
