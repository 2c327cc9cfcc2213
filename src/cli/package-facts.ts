import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the command line knows of the package it is part of. */
export interface PackageFacts {
  readonly version: string;
  /** The folder of the recipes that ship with fettle. */
  readonly shippedDir: string;
}

/** Reads the nearest package.json above this file: that of fettle, bundled or not. */
export function readPackageFacts(): PackageFacts {
  const root = packageRoot(dirname(fileURLToPath(import.meta.url)));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return { version, shippedDir: join(root, 'recipes') };
}

function packageRoot(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error('fettle is not installed as a package: there is no package.json');
  }
}
