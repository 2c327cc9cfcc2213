import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RunReport, type ReportedPackage } from './run-report.js';
import type { CommandOptions, World } from './world.js';

/** The package most tests of the phases are about. */
export const THING = 'local.thing@v1';

/** How one `sync --json` ended. */
export class SyncReport extends RunReport {
  /** What is told of `THING`. */
  get thing(): ReportedPackage {
    return this.package(THING);
  }
}

/** Makes `lua` the recipe of `THING`, the only package of the manifest unless there is one already, and syncs. */
export async function syncThing(world: World, lua: string, options?: CommandOptions): Promise<SyncReport> {
  await declareThing(world, lua);
  return sync(world, options);
}

export async function declareThing(world: World, lua: string): Promise<void> {
  await world.recipe(THING, lua);
  await world.manifest(`packages = { "${THING}" }`);
}

export async function sync(world: World, options?: CommandOptions): Promise<SyncReport> {
  return new SyncReport(await world.fettle(['sync', '--json'], options));
}

/** The asset of `THING`; throws with what went wrong when there is none. */
export function assetOf({ thing }: SyncReport): string {
  if (thing.path === null) throw new Error(`${thing.identity} has no asset: ${JSON.stringify(thing)}`);
  return thing.path;
}

/** The phases of `THING` that ran, in order. */
export function phasesOf({ events }: SyncReport): readonly (string | null)[] {
  const starts = events.filter((event) => event.kind === 'phase:start' && event.package?.identity === THING);
  return starts.map((event) => event.phase).filter((phase) => phase !== 'recipe_fetch');
}

/** Files and links below a folder, as sorted relative paths; an empty folder ends in a slash. */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const nested = entries.map(async (entry) => {
    if (!entry.isDirectory()) return [entry.name];
    const below = await filesBelow(join(folder, entry.name));
    return below.length === 0 ? [`${entry.name}/`] : below.map((path) => `${entry.name}/${path}`);
  });
  return (await Promise.all(nested)).flat().sort();
}

/** What the cache holds below its assets, as relative paths without the platform and key of the entry. */
export async function entriesIn(world: World): Promise<readonly string[]> {
  const all = await filesBelow(join(world.cache, 'assets'));
  return all.map((path) => path.replace(/^([^/]+)\/[^/]+-[0-9a-f]{16}(\/|$)/, '$1$2'));
}
