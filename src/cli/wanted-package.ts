import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { FettleError } from '../errors/index.js';
import { parseIdentity, type Identity, type LuaHost, type Options, type PackageEntry } from '../manifest/index.js';
import {
  findRecipesCalled,
  parseOptionArguments,
  recipeNames,
  requestForRecipe,
  type NamedRecipe,
  type RecipePlaces,
} from '../recipe/index.js';
import { nearestName } from '../support/nearest-name.js';

/** What the flags of `add` say of the entry. */
export interface EntryFlags {
  readonly option?: readonly string[];
  readonly source?: string;
  readonly sha256?: string;
  readonly ref?: string;
  readonly subdir?: string;
  readonly platform?: readonly string[];
}

/** A package as `add` was asked for it. */
export interface WantedPackage {
  readonly identity: Identity;
  /** With the options that were given, and no others. */
  readonly entry: PackageEntry;
  /** Its recipe; undefined when that is elsewhere. */
  readonly recipeFile: string | undefined;
}

/** What names are looked up in. */
export interface NameContext {
  readonly manifestFile: string;
  readonly shippedDir: string;
  readonly luaHost: LuaHost;
  /** Those of the manifest: a short name means them first. */
  readonly present: readonly Identity[];
}

/**
 * Finds out what NAME or NAME@VERSION means: an identity, or a short name of one. A version that is not that of the
 * recipe is that of the tool, its option `version`.
 * @throws FettleError E_RECIPE_NOT_FOUND, E_AMBIGUOUS_PACKAGE, E_IDENTITY, E_USAGE, and what running the recipe throws
 */
export function wantedPackage(text: string, flags: EntryFlags, context: NameContext): WantedPackage {
  const { identity, recipeFile, toolVersion } =
    flags.source === undefined ? identityCalled(text, context) : identityAt(text, flags.source, context);
  const given = optionsGiven(flags.option ?? [], recipeFile, context.luaHost);
  const options = { ...(toolVersion !== undefined && { version: toolVersion }), ...given };
  const { source, sha256, ref, subdir, platform = [] } = flags;
  const origin = { source, sha256, ref, subdir, platforms: platform.length > 0 ? platform : undefined };
  const fields = Object.fromEntries(Object.entries(origin).filter(([, value]) => value !== undefined));
  return { identity, recipeFile, entry: { recipe: identity.text, ...fields, options } };
}

interface FoundIdentity {
  readonly identity: Identity;
  readonly recipeFile: string | undefined;
  readonly toolVersion?: string;
}

/** With a source there is nothing to look up, so the name has to be whole. */
function identityAt(text: string, source: string, { manifestFile }: NameContext): FoundIdentity {
  const file = resolve(dirname(manifestFile), source);
  return { identity: parseIdentity(text), recipeFile: file.endsWith('.lua') && existsSync(file) ? file : undefined };
}

interface Name {
  readonly name: string;
  readonly namespace?: string;
  readonly version?: string;
}

function identityCalled(text: string, context: NameContext): FoundIdentity {
  const name = parseName(text);
  const candidates = candidatesFor(name, context);
  if (candidates.length === 0) throw unknownRecipe(text, name, context);
  const exact = candidates.find(({ identity }) => identity.version === name.version);
  if (exact) return exact;
  const [first, ...others] = candidates;
  if (name.version !== undefined && /^v\d+$/.test(name.version)) throw otherVersion(text, name.version, candidates);
  if (!first || others.length > 0) throw ambiguous(text, candidates);
  return name.version === undefined ? first : { ...first, toolVersion: name.version.replace(/^v(?=\d)/, '') };
}

function parseName(text: string): Name {
  const [, namespace, name, version] = /^(?:([^.@]+)\.)?([^@]+)(?:@(.+))?$/s.exec(text) ?? [];
  if (name === undefined) {
    throw new FettleError('E_USAGE', `${JSON.stringify(text)} is not the name of a package.`, {
      facts: { expected: 'NAME, NAME@VERSION or namespace.name@version', got: text },
    });
  }
  return { name, ...(namespace !== undefined && { namespace }), ...(version !== undefined && { version }) };
}

/** Those of the manifest, and those that are found by their name; each identity once. */
function candidatesFor(name: Name, { present, luaHost, ...context }: NameContext): readonly FoundIdentity[] {
  const named = findRecipesCalled(name, placesOf(context), luaHost);
  const inManifest = present.filter(
    (identity) =>
      identity.name === name.name && (name.namespace === undefined || identity.namespace === name.namespace),
  );
  const own = inManifest.map((identity) => ({ identity, recipeFile: fileOf(named, identity) }));
  const others = named.map(({ identity, file }) => ({ identity, recipeFile: file }));
  const isWanted = ({ identity }: FoundIdentity) => identity.version === name.version;
  // What the manifest has is meant, unless another one is named by its version.
  const all = own.length === 0 || others.some(isWanted) ? [...own, ...others] : own;
  return [...new Map(all.map((each) => [each.identity.text, each])).values()];
}

function fileOf(named: readonly NamedRecipe[], identity: Identity): string | undefined {
  return named.find((recipe) => recipe.identity.text === identity.text)?.file;
}

function placesOf({ manifestFile, shippedDir }: Pick<NameContext, 'manifestFile' | 'shippedDir'>): RecipePlaces {
  return { manifestDir: dirname(manifestFile), shippedDir };
}

function optionsGiven(given: readonly string[], recipeFile: string | undefined, luaHost: LuaHost): Options {
  if (recipeFile === undefined || given.length === 0) return parseOptionArguments(given);
  return requestForRecipe(recipeFile, given, luaHost).options;
}

function unknownRecipe(text: string, { name }: Name, context: NameContext): FettleError {
  const known = recipeNames(placesOf(context));
  const nearest = nearestName(name, known);
  return new FettleError('E_RECIPE_NOT_FOUND', `There is no recipe for ${text}.`, {
    facts: { name: text, known, ...(nearest !== undefined && { nearest }) },
    hint:
      nearest === undefined
        ? 'Say where the recipe is with --source, or write one to recipes/ beside the manifest.'
        : `Did you mean "${nearest}"?`,
  });
}

function otherVersion(text: string, version: string, candidates: readonly FoundIdentity[]): FettleError {
  const known = candidates.map(({ identity }) => identity.text);
  const [first] = candidates;
  return new FettleError('E_RECIPE_NOT_FOUND', `There is no recipe for ${text}.`, {
    facts: { name: text, known },
    hint: `${version} is a version of recipes. For that of the tool write ${first?.identity.name ?? text}@${version.slice(1)}.`,
  });
}

function ambiguous(text: string, candidates: readonly FoundIdentity[]): FettleError {
  return new FettleError('E_AMBIGUOUS_PACKAGE', `${text} could be more than one recipe`, {
    facts: { candidates: candidates.map(({ identity }) => identity.text) },
    hint: 'Write the whole identity.',
  });
}
