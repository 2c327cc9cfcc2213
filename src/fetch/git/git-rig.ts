import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { detectHost } from '../../host/index.js';
import type { FetchRig } from '../fetch-rig.js';
import type { FetchedFile } from '../fetcher.js';
import type { FetcherOptions } from '../run-fetcher.js';

const SETTINGS = [
  'user.name=Test',
  'user.email=test@example.test',
  'init.defaultBranch=main',
  'protocol.file.allow=always',
];
const AUTHOR = SETTINGS.flatMap((setting) => ['-c', setting]);

/** For tests: runs git in a folder, as somebody who makes repositories. */
export async function git(folder: string, ...args: readonly string[]): Promise<string> {
  const env = { PATH: detectHost().env['PATH'] ?? '', HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
  const { stdout } = await promisify(execFile)('git', [...AUTHOR, '-C', folder, ...args], { env });
  return stdout.trim();
}

export interface MadeRepository {
  readonly path: string;
  readonly commits: readonly string[];
}

/** A repository `kit.git` with two commits: the first has the annotated tag v1, the second is on main. */
export async function makeRepository(rig: FetchRig, name = 'kit.git'): Promise<MadeRepository> {
  const path = join(rig.folder, name);
  await mkdir(path, { recursive: true });
  await git(path, 'init', '--quiet');
  const commits: string[] = [];
  for (const content of ['one', 'two']) {
    await rig.write(`${name}/file`, content);
    commits.push(await commitAll(path, content));
    if (content === 'one') await git(path, 'tag', '-a', 'v1', '-m', 'v1');
  }
  return { path, commits };
}

/** @returns the id of the new commit */
export async function commitAll(path: string, message: string): Promise<string> {
  await git(path, 'add', '--all');
  await git(path, 'commit', '--quiet', '-m', message);
  return git(path, 'rev-parse', 'HEAD');
}

export interface KeptRepositories {
  readonly options: Partial<FetcherOptions>;
  /** Names of the locks that were taken, in order. */
  readonly locks: string[];
  /** What the mirrors had each time that a lock was given back: full names of refs. */
  readonly atRelease: (readonly string[])[];
  /** Folders of the mirrors. */
  folders(): Promise<readonly string[]>;
}

/** A store of repositories below the rig's folder. */
export function keepRepositories(rig: FetchRig): KeptRepositories {
  const folder = join(rig.folder, 'store');
  const [locks, atRelease]: [string[], (readonly string[])[]] = [[], []];
  const folders = async (): Promise<readonly string[]> =>
    (await readdir(join(folder, 'git'))).map((name) => join(folder, 'git', name));
  const release = async (): Promise<void> => {
    const refs = (await folders()).map((mirror) => git(mirror, 'for-each-ref', '--format=%(refname)'));
    atRelease.push((await Promise.all(refs)).flatMap((text) => text.split('\n')).sort());
  };
  const lock: NonNullable<FetcherOptions['store']>['lock'] = (name) => {
    locks.push(name);
    return Promise.resolve({ [Symbol.asyncDispose]: release });
  };
  return { options: { store: { folder, lock } }, locks, atRelease, folders };
}

/** The commit that a clone is of. */
export async function headOf({ path }: Pick<FetchedFile, 'path'>): Promise<string> {
  return git(path, 'rev-parse', 'HEAD');
}
