import { messageOf, type FettleError } from '../../errors/index.js';
import { platformMatches, type LockedDownload, type LockedPackage, type LockedRecipe } from '../../manifest/index.js';
import type { Recipe } from '../../recipe/index.js';
import type { PackageNode } from '../graph.js';
import type { Run } from '../run.js';
import { describeDownload } from './locked-download.js';
import { madeEarlier } from './made-earlier.js';
import {
  FETCH_FUNCTION,
  type MadeDownload,
  type PackageLock,
  pinnedRecipe,
  portableSource,
  today,
  type AskedBy,
} from '../lock/index.js';

/** What the lock file is to say of the packages of one platform. */
export interface PlatformLock {
  readonly packages: ReadonlyMap<string, LockedPackage>;
  /** What is not known yet, and why. */
  readonly gaps: readonly string[];
  readonly refusals: readonly FettleError[];
}

/**
 * Describes packages for the lock file.
 * @param nodes packages whose recipes have been loaded; one whose recipe cannot be loaded keeps what was locked of it
 * @param asks whether what nobody knows yet is asked for, and downloaded for its digest
 */
export async function lockPlatform(run: Run, nodes: readonly PackageNode[], asks: boolean): Promise<PlatformLock> {
  const packages = new Map<string, LockedPackage>();
  const gaps: string[] = [];
  const refusals: FettleError[] = [];
  await Promise.all(
    nodes.map(async (node) => {
      const recipe = await recipeOf(node, gaps);
      if (recipe && !platformMatches(recipe.platforms, run.host)) return;
      const described = recipe
        ? await describePackage({ run, node, recipe, asks, gaps, refusals })
        : run.locks.of(node.id).previous;
      if (described) packages.set(node.id, described);
    }),
  );
  return { packages, gaps: gaps.sort(), refusals };
}

async function recipeOf(node: PackageNode, gaps: string[]): Promise<Recipe | undefined> {
  try {
    return await node.recipe;
  } catch (error) {
    gaps.push(`${node.id}: ${messageOf(error)}`);
    return undefined;
  }
}

interface Describing {
  readonly run: Run;
  readonly node: PackageNode;
  readonly recipe: Recipe;
  readonly asks: boolean;
  readonly gaps: string[];
  readonly refusals: FettleError[];
}

async function describePackage(describing: Describing): Promise<LockedPackage> {
  const { run, node, recipe } = describing;
  const fetchesByFunction = recipe.fetch.form === 'function';
  return {
    identity: recipe.identity.text,
    options: node.request.options,
    recipe: await describeRecipe(run, node, recipe),
    dependencies: [...new Set(node.edges.map((edge) => edge.node.id))],
    products: recipe.products,
    fetchesByFunction,
    downloads: await (fetchesByFunction ? describeMade(describing) : describeDeclared(describing)),
  };
}

async function describeRecipe(run: Run, { id, request }: PackageNode, recipe: Recipe): Promise<LockedRecipe> {
  const { file, observed } = recipe;
  const source = request.fetch ? FETCH_FUNCTION : portableSource(file.origin, run.manifest.directory);
  const pinned = await pinnedRecipe(run, id, request);
  const isVouchedFor = file.isLocal || request.integrity !== undefined || pinned.source?.kind === 'git';
  return {
    source,
    ...(request.ref !== undefined && { ref: request.ref }),
    ...(request.ref !== undefined && pinned.ref !== undefined && { commit: pinned.ref }),
    sha256: file.digest,
    files: observed.files,
    ...(!isVouchedFor && { recorded: firstSeen(run, run.locks.of(id), file.digest) }),
  };
}

function firstSeen(run: Run, { previous }: PackageLock, digest: string): string {
  const before = previous?.recipe;
  return (before?.sha256 === digest ? before.recorded : undefined) ?? today(run.host);
}

async function describeDeclared({
  run,
  node,
  recipe,
  asks,
  gaps,
  refusals,
}: Describing): Promise<readonly LockedDownload[]> {
  const requests = recipe.fetch.form === 'declared' ? recipe.fetch.requests : [];
  const remote = new Map(
    requests.filter(({ source }) => source.kind !== 'path').map((each) => [run.locks.pins.keyOf(each), each]),
  );
  const lock = run.locks.of(node.id);
  const made = madeBy(run, node, 'declaration');
  const described = await Promise.all(
    [...remote].map(([key, request]) =>
      describeDownload(request, made.get(key), { run, lock, askedBy: 'declaration', asks }),
    ),
  );
  return described.map(({ download, gap, refusal }) => {
    if (gap !== undefined) gaps.push(`${node.id}: ${gap}`);
    if (refusal) refusals.push(refusal);
    return download;
  });
}

/** What a package that failed has downloaded may be why it failed. */
function madeBy(run: Run, { id, outcome }: PackageNode, askedBy: AskedBy): ReadonlyMap<string, MadeDownload> {
  return outcome?.ok === false ? new Map() : run.locks.fetcherOf(id, askedBy).made;
}

/** What code asks for is known where it has run; where it has not run now, what was known before still counts. */
async function describeMade({ run, node }: Describing): Promise<readonly LockedDownload[]> {
  const lock = run.locks.of(node.id);
  const madeNow = [...madeBy(run, node, 'code').values()];
  const before = lock.previous?.downloads ?? [];
  if (madeNow.length === 0 && before.length > 0) return before;
  const made = madeNow.length === 0 ? await madeEarlier(run, node) : madeNow;
  const described = await Promise.all(
    made.map((each) => describeDownload(each.request, each, { run, lock, askedBy: 'code', asks: false })),
  );
  // What an earlier build downloaded may be beyond reach now.
  return described.filter(({ gap }) => madeNow.length > 0 || gap === undefined).map(({ download }) => download);
}
