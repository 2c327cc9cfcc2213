import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FettleError } from '../../errors/index.js';
import { platformMatches } from '../../manifest/index.js';
import type { PackageNode } from '../graph.js';
import type { Run } from '../run.js';
import { makeFolder } from '../../support/make-folder.js';

/** What was brought into the cache for packages, and what could not be. */
export interface Fetched {
  readonly files: number;
  readonly bytes: number;
  readonly failures: readonly FetchFailure[];
  /** Ids of packages whose code asks for its downloads: they are not known. */
  readonly byCode: readonly string[];
}

export interface FetchFailure {
  readonly id: string;
  readonly error: FettleError;
}

/** Brings all that recipes declare into the cache's store of downloads; nothing is built. */
export async function fetchDeclared(run: Run, nodes: readonly PackageNode[]): Promise<Fetched> {
  return joinFetched(await Promise.all(nodes.map((node) => fetchOne(run, node))));
}

/** What several fetches did, as one. */
export function joinFetched(all: readonly Fetched[]): Fetched {
  return {
    files: all.reduce((sum, { files }) => sum + files, 0),
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    failures: all.flatMap(({ failures }) => failures),
    byCode: [...new Set(all.flatMap(({ byCode }) => byCode))],
  };
}

const NOTHING: Fetched = { files: 0, bytes: 0, failures: [], byCode: [] };

async function fetchOne(run: Run, node: PackageNode): Promise<Fetched> {
  try {
    const recipe = await node.recipe;
    if (!platformMatches(recipe.platforms, run.host)) return NOTHING;
    if (recipe.fetch.form === 'function') return { ...NOTHING, byCode: [node.id] };
    return await fetchRequests(run, node, recipe.fetch.form === 'nil' ? [] : recipe.fetch.requests);
  } catch (error) {
    run.signal.throwIfAborted();
    if (error instanceof FettleError) return { ...NOTHING, failures: [{ id: node.id, error }] };
    throw error;
  }
}

type Requests = Parameters<Run['fetcher']['fetchAll']>[0];

async function fetchRequests(run: Run, node: PackageNode, requests: Requests): Promise<Fetched> {
  const remote = requests.filter(({ source }) => source.kind !== 'path');
  if (remote.length === 0) return NOTHING;
  const emit = run.bus.scoped(() => ({ package: null, phase: null }));
  const files = await inPassing(run, (directory) =>
    run.locks
      .fetcherOf(node.id, 'declaration')
      .fetchAll(remote, { directory, emit, signal: run.signal, isReadOnly: true }),
  );
  return { ...NOTHING, files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** Does something with a folder beside the store of downloads, so that what is stored is only linked to. */
export async function inPassing<T>({ cache }: Pick<Run, 'cache'>, work: (directory: string) => Promise<T>): Promise<T> {
  makeFolder(cache.downloads);
  const directory = await mkdtemp(join(cache.downloads, 'passing-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
