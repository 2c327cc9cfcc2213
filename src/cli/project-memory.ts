import { EntryMemory } from '../cache/index.js';
import type { Manifest } from '../manifest/index.js';
import { readMemoryFile, writeMemoryFile } from '../project/index.js';
import { RecipeMemory } from '../recipe/index.js';
import type { Invocation } from './invocation.js';

/** What the project's recipes said when they were read last. */
export function openRecipeMemory({ build, host, shippedDir, version }: Invocation, manifest: Manifest): RecipeMemory {
  const circumstances = [build, version, shippedDir, manifest.directory].join('\n');
  return new RecipeMemory(readMemoryFile(manifest.directory, 'recipes'), circumstances, host.now());
}

/** What the markers of their entries said. */
export function openEntryMemory({ host }: Invocation, manifest: Manifest): EntryMemory {
  return new EntryMemory(readMemoryFile(manifest.directory, 'entries'), host.now());
}

/** @param isWhole all packages of the manifest were asked for */
export function saveMemory(
  manifest: Manifest,
  memories: { readonly recipes: RecipeMemory; readonly entries: EntryMemory },
  isWhole: boolean,
): void {
  for (const name of ['recipes', 'entries'] as const) {
    const text = memories[name].serialize(isWhole);
    if (text !== undefined) writeMemoryFile(manifest.directory, name, text);
  }
}
