import { needsDigest } from '../../fetch/index.js';
import { noDigest } from '../lock/index.js';
import { platformMatches } from '../../manifest/index.js';
import type { Recipe } from '../../recipe/index.js';
import type { PackageNode } from '../graph.js';
import type { Run } from '../run.js';

/**
 * Refuses packages of a strict manifest that take something for which neither its author nor a registry vouches: naming
 * all of it.
 * @throws FettleError E_NO_DIGEST
 */
export async function assertAllHaveDigests(run: Run, nodes: readonly PackageNode[]): Promise<void> {
  const missing = (await Promise.all(nodes.map((node) => withoutDigest(run, node)))).flat();
  if (missing.length === 0) return;
  throw noDigest(run.manifest.file, [...new Set(missing)]);
}

async function withoutDigest(run: Run, node: PackageNode): Promise<readonly string[]> {
  const { request } = node;
  const isRemote = request.fetch !== undefined || (request.source !== undefined && needsDigest(request.source));
  const ofRecipe =
    isRemote && !request.integrity ? [`${node.id}: recipe ${request.source?.text ?? 'of its fetch function'}`] : [];
  const recipe = await node.recipe.catch(() => undefined);
  if (!recipe || !platformMatches(recipe.platforms, run.host)) return ofRecipe;
  return [...ofRecipe, ...undigestedDownloads(recipe).map((source) => `${node.id}: ${source}`)];
}

function undigestedDownloads({ fetch }: Recipe): readonly string[] {
  if (fetch.form !== 'declared') return [];
  return fetch.requests.flatMap(({ source, integrity }) => (needsDigest(source) && !integrity ? [source.text] : []));
}
