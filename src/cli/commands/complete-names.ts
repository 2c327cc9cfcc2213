import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EXIT } from '../../errors/index.js';
import { writtenIdentities } from '../../manifest/index.js';
import { launcherNames, type EnvironmentRecord } from '../../project/index.js';
import { recipeNames } from '../../recipe/index.js';
import type { NameKind } from '../completion/index.js';
import type { Invocation } from '../invocation.js';
import { manifestFileOf } from '../manifest-file.js';
import { namesOfId } from '../package-names.js';
import { previousRecord } from '../record-run.js';

/**
 * `fettle complete-names KIND`, which the scripts of `completion` run: prints names, one a line. It runs no Lua, because
 * a press of a key must not, and it says nothing when something is wrong, because nobody would read it.
 */
export async function completeNames(invocation: Invocation, kind: NameKind): Promise<number> {
  const names = await namesOf(invocation, kind).catch(() => []);
  invocation.streams.out([...new Set(names)].map((name) => `${name}\n`).join(''));
  return EXIT.ok;
}

async function namesOf(invocation: Invocation, kind: NameKind): Promise<readonly string[]> {
  const project = projectOf(invocation);
  switch (kind) {
    case 'recipes':
      return recipeNames({
        manifestDir: project?.directory ?? invocation.host.cwd,
        shippedDir: invocation.shippedDir,
      });
    case 'packages':
      return project ? packageNames(recordOf(project), await identitiesIn(project)) : [];
    case 'products':
      return project ? (recordOf(project)?.packages ?? []).flatMap(({ products }) => Object.keys(products)) : [];
    case 'programs':
      return project ? launcherNames(project.directory) : [];
  }
}

interface Project {
  readonly manifestFile: string;
  readonly directory: string;
}

function projectOf(invocation: Invocation): Project | undefined {
  try {
    const manifestFile = manifestFileOf(invocation);
    return { manifestFile, directory: dirname(manifestFile) };
  } catch {
    return undefined;
  }
}

function recordOf({ directory }: Project): EnvironmentRecord | undefined {
  return previousRecord(directory);
}

/** What was added since the last sync, too. */
async function identitiesIn({ manifestFile }: Project): Promise<readonly string[]> {
  return writtenIdentities(await readFile(manifestFile));
}

/** The short name where it means one package, the identity, and of several variants of one identity the ids. */
function packageNames(record: EnvironmentRecord | undefined, written: readonly string[]): readonly string[] {
  const recorded = (record?.packages ?? []).map(({ id, identity }) => ({ id, identity }));
  const known = new Set(recorded.map(({ identity }) => identity));
  const added = written.filter((identity) => !known.has(identity)).map((identity) => ({ id: identity, identity }));
  const all = [...recorded, ...added];
  const count = (name: string): number => all.filter(({ id }) => namesOfId(id).includes(name)).length;
  return all.flatMap(({ id, identity }) => {
    const short = namesOfId(identity)[3] ?? identity;
    return [...(count(short) === 1 ? [short] : []), count(identity) === 1 ? identity : id];
  });
}
