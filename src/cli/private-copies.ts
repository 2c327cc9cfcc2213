import { leaseAssets } from '../cache/index.js';
import type { PackageOutcome } from '../engine/index.js';
import { monotonicMs } from '../host/index.js';
import {
  keepCopies,
  movedText,
  movedValues,
  type EnvironmentRecord,
  type KeptCopies,
  type LinkMode,
  type Move,
} from '../project/index.js';
import { Interruption } from './interruption.js';
import type { Invocation } from './invocation.js';
import { sayLog } from './say.js';

/** The outcome of a package as the project uses it: where it has a copy, all paths lead there. */
export interface UsedPackage extends PackageOutcome {
  /** The asset folder in the cache, where `path` is a copy. */
  readonly cachePath?: string;
}

/** What private copies are to be made of. */
export interface CopyTask {
  readonly outcomes: readonly PackageOutcome[];
  readonly mode: LinkMode;
}

/**
 * Copies the packages of a run into the project where that is wanted, and says what was done.
 * @returns the outcomes, with the paths that are to be used
 * @throws FettleError E_LINK, E_DISK_FULL, E_INTERRUPTED
 */
export async function useCopies(
  invocation: Invocation,
  projectDir: string,
  { outcomes, mode }: CopyTask,
): Promise<readonly UsedPackage[]> {
  if (mode === 'none') return outcomes;
  const started = monotonicMs();
  const packages = outcomes.flatMap(({ ok, id, identity, path }) =>
    ok && path !== null ? [{ id, identity, assetPath: path }] : [],
  );
  using interruption = new Interruption(() => undefined);
  // The run has ended, and with it its own lease.
  const assets = packages.map(({ assetPath }) => assetPath);
  using _lease = leaseAssets(assets, invocation.host);
  const { paths, made } = await keepCopies(projectDir, { packages, mode, signal: interruption.signal });
  tell(invocation, made, monotonicMs() - started);
  const moves = packages.flatMap(({ id, assetPath }) => {
    const to = paths.get(id);
    return to === undefined ? [] : [{ from: assetPath, to }];
  });
  return outcomes.map((outcome) => used(outcome, paths.get(outcome.id), moves));
}

function used(outcome: PackageOutcome, copy: string | undefined, moves: readonly Move[]): UsedPackage {
  const { path, products, deployed } = outcome;
  return {
    ...outcome,
    products: movedValues(products, moves),
    deployed: deployed && movedChanges(deployed, moves),
    ...(copy !== undefined && path !== null && { path: copy, cachePath: path }),
  };
}

type Changes = NonNullable<PackageOutcome['deployed']>;

function movedChanges({ path, env }: Changes, moves: readonly Move[]): Changes {
  return { path: path.map((folder) => movedText(folder, moves)), env: movedValues(env, moves) };
}

/** What deploy said of the packages of a record, before its paths were made to lead to copies. */
export function originalChanges(record: EnvironmentRecord): ReadonlyMap<string, Changes> {
  const moves = record.packages.flatMap(({ assetPath, cachePath }) =>
    cachePath === undefined || assetPath === null ? [] : [{ from: assetPath, to: cachePath }],
  );
  return new Map(
    record.packages.flatMap(({ id, deployed }) => (deployed ? [[id, movedChanges(deployed, moves)] as const] : [])),
  );
}

const KIND_NAMES = { reflink: 'by shared blocks', hardlink: 'by hard links', copy: 'byte by byte' } as const;

function tell(invocation: Invocation, { packages, files, kinds }: KeptCopies['made'], milliseconds: number): void {
  if (packages === 0) return;
  const how = kinds.map((kind) => KIND_NAMES[kind]).join(' and ');
  const what = `${packages} ${packages === 1 ? 'package' : 'packages'}, ${files} ${files === 1 ? 'file' : 'files'}`;
  sayLog(invocation, 'info', `copied into the project ${how}: ${what} in ${(milliseconds / 1000).toFixed(2)} s`);
}
