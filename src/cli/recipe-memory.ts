import type { Manifest } from '../manifest/index.js';
import { readRecipesFile, writeRecipesFile } from '../project/index.js';
import { RecipeMemory } from '../recipe/index.js';
import type { Invocation } from './invocation.js';

/** What the project's recipes said when they were read last. */
export function openRecipeMemory({ build, host, shippedDir, version }: Invocation, manifest: Manifest): RecipeMemory {
  const circumstances = [build, version, shippedDir, manifest.directory].join('\n');
  return new RecipeMemory(readRecipesFile(manifest.directory), circumstances, host.now());
}

/** @param isWhole all packages of the manifest were asked for */
export function saveRecipeMemory(manifest: Manifest, memory: RecipeMemory, isWhole: boolean): void {
  const text = memory.serialize(isWhole);
  if (text !== undefined) writeRecipesFile(manifest.directory, text);
}
