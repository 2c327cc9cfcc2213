import { access, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FettleError } from '../errors/index.js';
import { GitCommand, type GitOptions } from './git-command.js';
import { folderHasNoDigest } from './local-copy.js';
import { partialPath, publish } from './partial-file.js';
import { redactUrl, withoutCredentials } from './redact-url.js';
import type { Arrival, Arrived } from './transport.js';

/** SHA-1 or SHA-256 object names. */
const FULL_COMMIT = /^([0-9a-f]{40}|[0-9a-f]{64})$/i;

export interface GitSource {
  readonly url: string;
  /** Branch, tag or commit. */
  readonly ref: string | undefined;
}

/**
 * Clones a repository, with its submodules and a detached HEAD at `ref`. No more history comes than needed, where the
 * server allows.
 * @throws FettleError E_GIT, E_SOURCE for a bad ref, E_CHECKSUM when the commit is not the one asked for
 */
export async function cloneGit(
  source: GitSource,
  arrival: Arrival,
  options: Omit<GitOptions, 'signal'>,
): Promise<Arrived> {
  if (arrival.expected) throw folderHasNoDigest(arrival.url);
  const ref = assertRef(source, arrival.url);
  const partial = partialPath(arrival.directory);
  await mkdir(partial);
  try {
    const git = new GitCommand(partial, { ...options, signal: arrival.signal });
    const digest = await checkOut(git, { url: source.url, ref, partial });
    await publish(partial, join(arrival.directory, arrival.fileName));
    return { bytes: 0, digest };
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

interface Checkout {
  readonly url: string;
  readonly ref: string;
  readonly partial: string;
}

/** @returns the full id of the commit at HEAD */
async function checkOut(git: GitCommand, { url, ref, partial }: Checkout): Promise<string> {
  await git.run('init', '--quiet');
  await git.run('remote', 'add', 'origin', url);
  await git.run('checkout', '--quiet', '--detach', await fetchCommit(git, ref));
  await checkOutSubmodules(git, partial);
  // The clone may become part of an asset that others read.
  if (withoutCredentials(url) !== url) await git.run('remote', 'set-url', 'origin', withoutCredentials(url));
  const head = await git.run('rev-parse', 'HEAD');
  if (FULL_COMMIT.test(ref) && head !== ref.toLowerCase()) throw otherCommit(url, ref, head);
  return head;
}

/** One commit where the server gives single ones; else all there is, in which short commit ids can be looked up. */
async function fetchCommit(git: GitCommand, ref: string): Promise<string> {
  if (await git.tries('fetch', '--quiet', '--depth', '1', 'origin', ref))
    return git.run('rev-parse', 'FETCH_HEAD^{commit}');
  await git.run('fetch', '--quiet', '--tags', 'origin', '+refs/heads/*:refs/remotes/origin/*');
  for (const name of [`refs/tags/${ref}`, `refs/remotes/origin/${ref}`]) {
    if (await git.tries('rev-parse', '--verify', '--quiet', `${name}^{commit}`))
      return git.run('rev-parse', `${name}^{commit}`);
  }
  return git.run('rev-parse', '--verify', `${ref}^{commit}`);
}

async function checkOutSubmodules(git: GitCommand, partial: string): Promise<void> {
  const hasSubmodules = await access(join(partial, '.gitmodules'))
    .then(() => true)
    .catch(() => false);
  if (hasSubmodules) await git.run('submodule', '--quiet', 'update', '--init', '--recursive');
}

/** Neither may be taken for an option, and a ref is a plain name: no `HEAD~2`, no `a:b`. */
function assertRef({ url, ref }: GitSource, shown: string): string {
  if (url.startsWith('-'))
    throw new FettleError('E_SOURCE', `The git URL ${shown} starts with "-".`, { facts: { url: shown } });
  if (ref !== undefined && /^[^-\s~^:?*[\\\p{Cc}][^\s~^:?*[\\\p{Cc}]*$/u.test(ref) && !ref.includes('..')) return ref;
  const problem = ref === undefined ? 'has no ref' : `has a ref that is not one: "${ref}"`;
  throw new FettleError('E_SOURCE', `The git source ${shown} ${problem}.`, {
    facts: { source: shown, ...(ref !== undefined && { ref }) },
    hint: 'Give ref = "…": a tag, a branch or, best of all, a full commit id.',
  });
}

function otherCommit(url: string, expected: string, got: string): FettleError {
  return new FettleError('E_CHECKSUM', `The commit of ${redactUrl(url)} is not the one that was expected.`, {
    facts: { url: redactUrl(url), expected, got },
    hint: 'The ref looks like a commit id, but the repository has a branch or a tag of that name.',
  });
}
