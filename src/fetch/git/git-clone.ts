import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { folderHasNoDigest } from '../local-copy.js';
import { partialPath, publish } from '../partial-file.js';
import type { Arrival, Arrived } from '../transport.js';
import { GitCommand } from './git-command.js';
import { GitMirror, otherCommit, type MirrorOptions } from './git-mirror.js';
import type { GitSource } from './git-refs.js';
import { checkOutSubmodules } from './git-submodules.js';
import { isLocalRepository, splitGitCredentials } from './git-url.js';

export interface CloneSource extends GitSource {
  /** Whether the repositories in it come too. */
  readonly submodules: boolean;
}

export type CloneOptions = Omit<MirrorOptions, 'signal' | 'emit'>;

/**
 * @returns the full id of the commit that a branch, a tag or a short commit id stands for now
 * @throws FettleError E_SOURCE for a bad URL or ref, E_GIT, E_OFFLINE
 */
export async function resolveGitRef(source: GitSource, options: MirrorOptions): Promise<string> {
  await using mirror = await GitMirror.open(source, options);
  // Awaited here, as the mirror is gone when this returns.
  return await mirror.findCommit();
}

/**
 * Clones a repository with a detached HEAD at `ref`, without history.
 * @throws FettleError E_GIT, E_OFFLINE, E_SOURCE for a bad ref, E_CHECKSUM when the commit is not the one asked for
 */
export async function cloneGit(source: CloneSource, arrival: Arrival, options: CloneOptions): Promise<Arrived> {
  if (arrival.expected) throw folderHasNoDigest(arrival.url);
  const { emit, signal } = arrival;
  await using mirror = await GitMirror.open(source, { ...options, emit, signal });
  const partial = partialPath(arrival.directory);
  try {
    const commit = await mirror.findCommit();
    const kept = { folder: mirror.path, ref: await mirror.bring(commit), commit };
    await mkdir(partial);
    const git = new GitCommand(partial, { ...options, signal, url: source.url });
    await checkOut(git, source, kept);
    if (source.submodules) {
      await checkOutSubmodules(partial, {
        git: { ...options, signal, url: source.url },
        isLocal: isLocalRepository(source.url),
      });
    }
    signal.throwIfAborted();
    await publish(partial, join(arrival.directory, arrival.fileName));
    return { bytes: 0, digest: commit };
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

interface KeptCommit {
  readonly folder: string;
  readonly ref: string;
  readonly commit: string;
}

/** From the mirror, so that a clone is whole by itself: it may become part of an asset that outlives the mirror. */
async function checkOut(git: GitCommand, source: GitSource, { folder, ref, commit }: KeptCommit): Promise<void> {
  const format = commit.length === 64 ? ['--object-format=sha256'] : [];
  await git.run('init', '--quiet', '--template=', ...format, '.');
  await git.run('remote', 'add', 'origin', splitGitCredentials(source.url).url);
  await git.run(
    'fetch',
    '--quiet',
    '--depth',
    '1',
    '--no-tags',
    '--no-write-fetch-head',
    '--',
    folder,
    `+${ref}:${ref}`,
  );
  await git.run('checkout', '--quiet', '--detach', commit);
  const head = await git.run('rev-parse', 'HEAD');
  if (head !== commit) throw otherCommit(source.text, commit, head);
}
