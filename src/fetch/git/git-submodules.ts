import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { FettleError, hasCode } from '../../errors/index.js';
import { redactUrl } from '../redact-url.js';
import { GitCommand, type GitOptions } from './git-command.js';
import { isLocalRepository, isPlainGitUrl } from './git-url.js';

export interface SubmoduleOptions {
  readonly git: GitOptions;
  /** The repository around them lies on this machine, so they may too. */
  readonly isLocal: boolean;
}

/** Deeper than any sound repository; one that names itself as its submodule ends here. */
const DEEPEST = 20;

/**
 * Checks out the submodules of a clone and theirs in turn. Each URL is looked at before git sees it, as it was written
 * by whoever wrote the repository.
 * @throws FettleError E_GIT, E_SOURCE
 */
export async function checkOutSubmodules(clone: string, options: SubmoduleOptions, depth = 0): Promise<void> {
  const git = new GitCommand(clone, options.git, options.isLocal ? 'always' : 'never');
  const submodules = await readSubmodules(clone, git);
  if (submodules.length === 0) return;
  if (depth === DEEPEST) throw tooDeep(clone);
  for (const submodule of submodules) assertUrl(submodule, options);
  const update = ['submodule', '--quiet', 'update', '--init', '--checkout'];
  // Not every server gives single commits.
  if (!(await git.tries(...update, '--depth', '1'))) await git.run(...update);
  for (const { path } of submodules) {
    if (await isFolder(join(clone, path))) await checkOutSubmodules(join(clone, path), options, depth + 1);
  }
}

interface Submodule {
  readonly path: string;
  readonly url: string;
}

async function readSubmodules(clone: string, git: GitCommand): Promise<readonly Submodule[]> {
  const file = join(clone, '.gitmodules');
  try {
    // Through a link git would read a file that is not part of the repository.
    if (!(await lstat(file)).isFile()) throw badSubmodule('.gitmodules', 'is not a file');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
  const names = await git.run(
    'config',
    '--null',
    '--file',
    file,
    '--name-only',
    '--get-regexp',
    '^submodule\\..*\\.path$',
  );
  return Promise.all(
    names
      .split('\0')
      .filter((name) => name !== '')
      .map(async (name) => ({
        path: await git.run('config', '--file', file, '--get', name),
        url: await git.run('config', '--file', file, '--default', '', '--get', name.replace(/\.path$/, '.url')),
      })),
  );
}

function assertUrl({ path, url }: Submodule, { isLocal }: SubmoduleOptions): void {
  const isFine = /^\.\.?\//.test(url) || isPlainGitUrl(url) || (isLocal && isLocalRepository(url));
  if (!isFine) throw badSubmodule(path, `has the URL "${redactUrl(url)}"`);
}

function badSubmodule(path: string, problem: string): FettleError {
  return new FettleError('E_SOURCE', `The submodule ${path} ${problem}, which is not allowed.`, {
    facts: { submodule: path },
    hint: 'Submodules come from https://, ssh://, git:// or http:// URLs, or relative ones. Leave submodules out, or mend the repository.',
  });
}

function tooDeep(clone: string): FettleError {
  return new FettleError('E_SOURCE', 'Submodules are nested too deeply.', {
    facts: { path: clone, limit: DEEPEST },
    hint: 'Does a repository have itself as its submodule?',
  });
}

async function isFolder(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
