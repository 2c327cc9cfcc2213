import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the command line knows of the package it is part of. */
export interface PackageFacts {
  readonly version: string;
  /** The folder of the recipes that ship with fettle. */
  readonly shippedDir: string;
  /** Another text for each build. */
  readonly build: string;
}

/** Reads fettle's own package.json, which is above this file, bundled or not. */
export function readPackageFacts(): PackageFacts {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const facts = packageFactsIn(folder);
    if (facts) return facts;
    if (folder === dirname(folder)) throw new Error('fettle is not installed as a package: there is no package.json');
  }
}

function packageFactsIn(folder: string): PackageFacts | undefined {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return undefined;
  const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
  return name === 'fettle' && version !== undefined
    ? { version, shippedDir: join(folder, 'recipes'), build: fileURLToPath(import.meta.url) }
    : undefined;
}
