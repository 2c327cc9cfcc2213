import { statSync } from 'node:fs';
import { canonicalJson, derivationKey, type CompleteEntry } from '../cache/index.js';
import { FettleError } from '../errors/index.js';
import { digestPath } from '../fetch/index.js';
import type { Recipe } from '../recipe/index.js';
import { constantShell, describeDefaultShell } from './default-shell.js';
import { isOfOtherOrigin } from './lock/index.js';
import type { PackageNode } from './graph.js';
import type { Run } from './run.js';

/** Raised when the meaning of an entry changes, so that old entries are not taken for new ones. */
const LAYOUT = 1;

export interface Derivation {
  /** SHA-256 (hex) over the canonical inputs. */
  readonly key: string;
  /** In canonical order. Made when asked for: only a package that is not in the cache needs them. */
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** Gathers every input of a package. It needs no download and no build, only the keys of the dependencies. */
export async function derive(run: Run, node: PackageNode, recipe: Recipe): Promise<Derivation> {
  run.locks.of(node.id).refuseUnknownPackage();
  const inputs = inputsOf(run, recipe, {
    shell: runsScripts(recipe) ? await describeDefaultShell(run.manifest, run.signal) : null,
    sources: await digestLocalSources(run, recipe),
    choices: await chosenVersions(run, node, recipe),
    dependencies: await dependencyKeys(node),
  });
  const derivation = new DerivationOf(inputs);
  return (await standsForOtherBytes(run, node, derivation.key))
    ? new DerivationOf({ ...inputs, downloads: lockedDigests(run, node) })
    : derivation;
}

/** What of the inputs may have to be asked for. */
interface AskedInputs {
  readonly shell: string | null;
  readonly sources: Readonly<Record<string, string>>;
  readonly choices: Readonly<Record<string, string>> | undefined;
  readonly dependencies: Readonly<Record<string, string>>;
}

function inputsOf({ host }: Run, { identity, file, observed, options }: Recipe, asked: AskedInputs): object {
  return {
    layout: LAYOUT,
    identity: identity.text,
    recipe: file.digest,
    files: observed.files,
    env: observed.env,
    options,
    platform: `${host.platform}-${host.arch}`,
    ...asked,
  };
}

/**
 * The same without waiting, for a package without a check whose dependencies have keys: undefined where something is to be
 * asked for, read or refused. It still has to be seen whether the entry stands for other bytes (`isOfLockedBytes`).
 * @throws FettleError E_RELEASE_AGE
 */
export function deriveAtOnce(
  run: Run,
  node: PackageNode,
  recipe: Recipe,
  keyOf: (node: PackageNode) => string | undefined,
): Derivation | undefined {
  const { locks, manifest } = run;
  const lock = locks.of(node.id);
  if (lock.isUnknownAndFrozen) return undefined;
  const shell = runsScripts(recipe) ? constantShell(manifest) : null;
  const choices = lockedVersions(run, node, recipe.fetch);
  const dependencies: Record<string, string> = {};
  for (const { node: needed, neededBy } of node.edges) {
    if (neededBy === 'recipe_fetch') continue;
    const key = keyOf(needed);
    if (key === undefined) return undefined;
    dependencies[needed.id] = key;
  }
  if (shell === undefined || choices === 'unknown') return undefined;
  return new DerivationOf(inputsOf(run, recipe, { shell, sources: {}, choices, dependencies }));
}

/** Whether an entry was made of the bytes that were locked, as far as these are no part of the key. */
export function isOfLockedBytes(
  { locks }: Run,
  { id }: PackageNode,
  { origin }: Pick<CompleteEntry, 'origin'>,
): boolean {
  return !isOfOtherOrigin(locks.of(id).entries, origin);
}

class DerivationOf implements Derivation {
  readonly key: string;

  constructor(private readonly gathered: object) {
    this.key = derivationKey(gathered);
  }

  get inputs(): Record<string, unknown> {
    return JSON.parse(canonicalJson(this.gathered)) as Record<string, unknown>;
  }
}

/**
 * What ranges and branches stand for; undefined, and so no part of the key, when the recipe names everything exactly. A
 * package that looks after itself keeps nothing under its key.
 */
async function chosenVersions(
  { locks }: Run,
  { id }: PackageNode,
  { check, fetch }: Recipe,
): Promise<Readonly<Record<string, string>> | undefined> {
  if (fetch.form !== 'declared' || check.form !== 'nil') return undefined;
  const choices: Record<string, string> = {};
  for (const request of fetch.requests) {
    const { choice } = await locks.pins.exact(locks.of(id), request, 'declaration');
    if (choice !== undefined) choices[locks.pins.keyOf(request)] = choice;
  }
  return Object.keys(choices).length === 0 ? undefined : choices;
}

/** The same as far as the lock file tells; `unknown` where it does not tell all, or files of this machine count. */
function lockedVersions(
  { locks }: Run,
  { id }: PackageNode,
  fetch: Recipe['fetch'],
): Readonly<Record<string, string>> | undefined | 'unknown' {
  if (fetch.form !== 'declared') return undefined;
  const choices: Record<string, string> = {};
  for (const request of fetch.requests) {
    const exact = request.source.kind === 'path' ? undefined : locks.pins.locked(locks.of(id), request);
    if (!exact) return 'unknown';
    if (exact.choice !== undefined) choices[locks.pins.keyOf(request)] = exact.choice;
  }
  return Object.keys(choices).length === 0 ? undefined : choices;
}

/**
 * Digests that were seen first are no part of the key, as most runs need no such digest to find a package. Where the
 * entry under a key was made of other bytes, the package gets a key of its own beside it.
 */
async function standsForOtherBytes(run: Run, node: PackageNode, key: string): Promise<boolean> {
  const { locks, cache, host } = run;
  if (!locks.of(node.id).entries.some(({ recorded }) => recorded !== undefined)) return false;
  const platformArch = `${host.platform}-${host.arch}`;
  const found = await cache.find({ identity: node.request.identity.text, key, platformArch });
  return found !== undefined && !isOfLockedBytes(run, node, found);
}

function lockedDigests({ locks }: Run, { id }: PackageNode): Readonly<Record<string, string>> {
  const { entries } = locks.of(id);
  return Object.fromEntries(
    entries.flatMap(({ source, integrity, recorded }) =>
      recorded !== undefined && integrity !== undefined ? [[source, integrity] as const] : [],
    ),
  );
}

/** Declarative builds bring their own shell. */
function runsScripts(recipe: Recipe): boolean {
  const { check, fetch, stage, build, install } = recipe;
  return [check, fetch, stage, build, install].some((verb) => verb.form === 'shell' || verb.form === 'function');
}

async function digestLocalSources(run: Run, recipe: Recipe): Promise<Readonly<Record<string, string>>> {
  const digests: Record<string, string> = {};
  if (recipe.fetch.form !== 'declared') return digests;
  for (const { source } of recipe.fetch.requests) {
    if (source.kind !== 'path') continue;
    digests[source.text] = await digestOrMissing(source.path);
    // What changes deep in a folder does not show on the folder.
    if (statSync(source.path, { throwIfNoEntry: false })?.isDirectory()) run.inputs.refuse();
    else run.inputs.addSource(source.path);
  }
  return digests;
}

/** A source that is not there is an error of the fetch phase, which may never run: a check can be satisfied. */
async function digestOrMissing(path: string): Promise<string> {
  try {
    return await digestPath(path);
  } catch (error) {
    if (error instanceof FettleError && error.code === 'E_FETCH_MISSING') return 'missing';
    throw error;
  }
}

async function dependencyKeys(node: PackageNode): Promise<Readonly<Record<string, string>>> {
  const keys: Record<string, string> = {};
  for (const edge of node.edges) {
    if (edge.neededBy !== 'recipe_fetch') keys[edge.node.id] = await keyOfDependency(edge.node);
  }
  return keys;
}

/** Its failure is told by the dependency itself; what needs it is only skipped. */
async function keyOfDependency(needed: PackageNode): Promise<string> {
  try {
    return await needed.key;
  } catch (cause) {
    throw new FettleError('E_SKIPPED', `needs ${needed.id}`, { facts: { needs: needed.id }, cause });
  }
}
