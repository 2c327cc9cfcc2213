import { FettleError } from '../errors/index.js';
import {
  addEntry,
  canonicalOptions,
  changeEntry,
  packageId,
  platformMatches,
  writeEntry,
  type EntryChange,
  type LuaHost,
  type ManifestText,
  type Options,
  type OptionValue,
  type PackageRequest,
} from '../manifest/index.js';
import { examineRecipe } from './examine-recipe.js';
import { idOf, loadEntries, verifyEdit, type LoadedEntry } from './manifest-edits.js';
import { wantedPackage, type EntryFlags, type NameContext, type WantedPackage } from './wanted-package.js';

/** What became of one package that was to be added. */
export interface AddedPackage {
  readonly identity: string;
  readonly options: Options;
  readonly change: 'added' | 'updated' | 'unchanged';
  readonly changes: readonly FieldChange[];
  /** False when its recipe is not for this platform. */
  readonly isForThisPlatform: boolean;
}

/** A field or an option of an entry that has got another value. */
interface FieldChange {
  readonly field: string;
  readonly before: OptionValue | null;
  readonly after: OptionValue;
}

/** A manifest with more packages, or with other versions of some. */
interface Addition {
  readonly bytes: Uint8Array;
  readonly added: readonly AddedPackage[];
}

/** What the flags of `add` say. */
interface AddFlags extends EntryFlags {
  /** Add it even if the manifest has another variant of it. */
  readonly beside?: boolean;
}

/**
 * Adds packages to the text of a manifest, one after the other. One that is there with other options gets those that
 * are given.
 * @param names as wantedPackage takes them
 * @throws FettleError E_AMBIGUOUS_PACKAGE, E_OPTION, E_MANIFEST, what wantedPackage throws, and what loading the recipe
 *   or the new manifest throws
 */
export function addPackages(
  { file, bytes }: ManifestText,
  names: readonly string[],
  flags: AddFlags,
  context: Omit<NameContext, 'present'>,
): Addition {
  return names.reduce<Addition>(
    (done, name) => {
      const result = addPackage({ file, bytes: done.bytes }, name, flags, context);
      return { bytes: result.bytes, added: [...done.added, result.added] };
    },
    { bytes, added: [] },
  );
}

interface AddResult {
  readonly bytes: Uint8Array;
  readonly added: AddedPackage;
}

function addPackage(
  manifest: ManifestText,
  name: string,
  flags: AddFlags,
  context: Omit<NameContext, 'present'>,
): AddResult {
  const { luaHost } = context;
  const entries = loadEntries(manifest.file, manifest.bytes, luaHost);
  const present = entries.map(({ request }) => request.identity);
  const wanted = wantedPackage(name, flags, { ...context, present });
  const variants = entries.filter(({ request }) => isVariant(request, wanted));
  const isBeside = flags.beside === true;
  const equal = variants.find(({ request }) => isThere(request, wanted, isBeside));
  if (equal) return unchanged(manifest, equal, wanted);
  const old = isBeside ? undefined : onlyVariant(variants, wanted);
  return old ? update(manifest, { entries, old, wanted }, luaHost) : append(manifest, { entries, wanted }, luaHost);
}

/** Another variant is told from this one by its options, so beside it only all of them being equal counts. */
function isThere(request: PackageRequest, wanted: WantedPackage, isBeside: boolean): boolean {
  return isBeside ? idOf(request) === wantedId(wanted) : changesFor(request, wanted).length === 0;
}

/** Whether an entry is one of the same package, in whatever version of its recipe. */
function isVariant({ identity }: PackageRequest, { identity: wanted }: WantedPackage): boolean {
  return identity.namespace === wanted.namespace && identity.name === wanted.name;
}

function wantedId({ identity, entry }: WantedPackage): string {
  return packageId(identity, entry.options ?? {});
}

function onlyVariant(variants: readonly LoadedEntry[], { identity }: WantedPackage): LoadedEntry | undefined {
  const [first, ...others] = variants;
  if (others.length === 0) return first;
  throw new FettleError('E_AMBIGUOUS_PACKAGE', `the manifest has more than one variant of ${identity.text}`, {
    facts: { candidates: variants.map(({ request }) => idOf(request)) },
    hint: 'Remove one of them first, or add another variant with --beside.',
  });
}

function unchanged({ bytes }: ManifestText, { request }: LoadedEntry, wanted: WantedPackage): AddResult {
  return {
    bytes,
    added: { ...describe(request.options, wanted), change: 'unchanged', changes: [], isForThisPlatform: true },
  };
}

function append(
  manifest: ManifestText,
  { entries, wanted }: { readonly entries: readonly LoadedEntry[]; readonly wanted: WantedPackage },
  luaHost: LuaHost,
): AddResult {
  const options = wanted.entry.options ?? {};
  const isForThisPlatform = examine(wanted, options, luaHost);
  const bytes = appended(manifest, wanted);
  verifyEdit(manifest.file, bytes, idsWith(entries, wantedId(wanted)), luaHost);
  return { bytes, added: { ...describe(options, wanted), change: 'added', changes: [], isForThisPlatform } };
}

/** Who has to edit by hand is told the line. */
function appended(manifest: ManifestText, { entry }: WantedPackage): Uint8Array {
  try {
    return addEntry(manifest, entry);
  } catch (error) {
    if (!(error instanceof FettleError)) throw error;
    const { code, message, facts, location } = error;
    throw new FettleError(code, message, {
      facts,
      hint: `Add this entry by hand: ${writeEntry(entry)}`,
      ...(location && { location }),
      cause: error,
    });
  }
}

function update(
  manifest: ManifestText,
  {
    entries,
    old,
    wanted,
  }: { readonly entries: readonly LoadedEntry[]; readonly old: LoadedEntry; readonly wanted: WantedPackage },
  luaHost: LuaHost,
): AddResult {
  const { request, index } = old;
  const options = { ...request.options, ...wanted.entry.options };
  const isForThisPlatform = examine(wanted, options, luaHost);
  const changes = changesFor(request, wanted);
  const bytes = changeEntry(manifest, index, changes);
  const others = entries.filter((each) => each !== old);
  verifyEdit(manifest.file, bytes, idsWith(others, packageId(wanted.identity, options)), luaHost);
  const told = changes.map((change) => fieldChange(change, request));
  return { bytes, added: { ...describe(options, wanted), change: 'updated', changes: told, isForThisPlatform } };
}

function idsWith(entries: readonly LoadedEntry[], id: string): ReadonlySet<string> {
  return new Set([...entries.map(({ request }) => idOf(request)), id]);
}

/** Sees to it that the recipe takes the options. @returns whether it is for this platform */
function examine({ recipeFile, identity }: WantedPackage, options: Options, luaHost: LuaHost): boolean {
  if (recipeFile === undefined) return true;
  const { platforms } = examineRecipe(recipeFile, identity, options, luaHost);
  return platformMatches(platforms, luaHost.host);
}

/** What has to change in an entry so that it is what was asked for. What was not mentioned stays. */
function changesFor(request: PackageRequest, { entry }: WantedPackage): readonly EntryChange[] {
  const { recipe, options = {}, ...origin } = entry;
  const fields = Object.entries({ recipe, ...origin }).filter(
    ([name, value]) => !isSame(valueOf(request, name as EntryChange['path'][0]), value),
  );
  const changed = Object.entries(options).filter(([name, value]) => !isSame(request.options[name], value));
  return [
    ...fields.map(([name, value]) => ({ path: [name] as EntryChange['path'], value })),
    ...changed.map(([name, value]) => ({ path: ['options', name] as const, value })),
  ];
}

function fieldChange({ path, value }: EntryChange, request: PackageRequest): FieldChange {
  const [field, option] = path;
  const before = option === undefined ? valueOf(request, field) : request.options[option];
  return { field: option === undefined ? field : `options.${option}`, before: before ?? null, after: value };
}

function valueOf(request: PackageRequest, field: EntryChange['path'][0]): OptionValue | undefined {
  switch (field) {
    case 'recipe':
      return request.identity.text;
    case 'source':
      return request.source?.text;
    case 'sha256':
      return request.integrity?.value;
    case 'ref':
    case 'subdir':
    case 'platforms':
    case 'options':
      return request[field];
  }
}

function isSame(left: OptionValue | undefined, right: OptionValue): boolean {
  return left !== undefined && canonicalOptions({ value: left }) === canonicalOptions({ value: right });
}

function describe(options: Options, { identity }: WantedPackage): Pick<AddedPackage, 'identity' | 'options'> {
  return { identity: identity.text, options };
}
