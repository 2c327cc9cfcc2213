import { createHash } from 'node:crypto';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FettleError } from '../../errors/index.js';
import type { Emit } from '../../events/index.js';
import { refusedOffline } from '../offline.js';
import { GitCommand, type GitOptions } from './git-command.js';
import { assertRef, isFullCommit, isShortCommit, lookUpRef, noSuchRef, type GitSource } from './git-refs.js';
import { assertGitUrl, isLocalRepository, splitGitCredentials } from './git-url.js';
import { makeFolder } from '../../support/make-folder.js';

/** Where repositories are kept between runs. */
export interface GitStore {
  /** Each repository has a folder in it, named by the SHA-256 of its URL without credentials. */
  readonly folder: string;
  /** Waits until no other process updates what the name stands for. */
  lock(name: string, way: { readonly emit: Emit; readonly signal: AbortSignal }): Promise<AsyncDisposable>;
}

export interface MirrorOptions extends Omit<GitOptions, 'url'> {
  readonly emit: Emit;
  readonly offline: boolean;
  /** Without one a repository is kept only while it is used. */
  readonly store: GitStore | undefined;
}

/**
 * A bare repository on this machine with the commits of another that were asked for. A ref `refs/fettle/<commit>` says
 * that the commit is whole, so that it never has to be fetched again.
 */
export class GitMirror implements AsyncDisposable {
  readonly #folder: string;
  readonly #source: GitSource;
  readonly #options: MirrorOptions;
  readonly #git: GitCommand;

  private constructor(folder: string, source: GitSource, options: MirrorOptions) {
    this.#folder = folder;
    // What git writes down, and what other users of the computer see in its command line, has no credentials in it.
    this.#source = { ...source, url: splitGitCredentials(source.url).url };
    this.#options = options;
    this.#git = new GitCommand(folder, { ...options, url: source.url });
  }

  /** @throws FettleError E_SOURCE for a URL that git must not see */
  static async open(source: GitSource, options: MirrorOptions): Promise<GitMirror> {
    assertGitUrl(source.url);
    assertRef(source);
    const folder = await folderFor(source, options);
    return new GitMirror(folder, source, options);
  }

  get path(): string {
    return this.#folder;
  }

  /**
   * @returns the full id of the commit that the source's ref stands for now; a full commit id asks nobody
   * @throws FettleError E_GIT, E_OFFLINE
   */
  async findCommit(): Promise<string> {
    const ref = assertRef(this.#source);
    if (isFullCommit(ref)) return ref.toLowerCase();
    this.#assertReachable();
    const found = await lookUpRef(this.#git, this.#source.url, ref);
    if (found !== undefined) return found;
    if (!isShortCommit(ref)) throw await noSuchRef(this.#git, this.#source, ref);
    return this.#update(() => this.#findShortCommit(ref));
  }

  /**
   * Sees that a commit is here: nothing is fetched when it is, else no more history than needed where the server allows.
   * @returns the ref under which it is
   * @throws FettleError E_GIT, E_OFFLINE
   */
  async bring(commit: string): Promise<string> {
    const kept = `refs/fettle/${commit}`;
    if (await this.#has(kept)) return kept;
    this.#assertReachable();
    return this.#update(async () => {
      // Another process may have brought it while this one waited.
      if (!(await this.#has(kept))) await this.#fetch(commit, kept);
      return kept;
    }, commit);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#options.store) await rm(this.#folder, { recursive: true, force: true });
  }

  async #has(ref: string): Promise<boolean> {
    if (!(await exists(join(this.#folder, 'HEAD')))) return false;
    return this.#git.tries('rev-parse', '--verify', '--quiet', `${ref}^{commit}`);
  }

  async #fetch(commit: string, kept: string): Promise<void> {
    const { url } = this.#source;
    const one = ['fetch', '--quiet', '--depth', '1', '--no-tags', '--no-write-fetch-head', '--', url];
    if (await this.#git.tries(...one, `+${commit}:${kept}`)) return;
    await this.#fetchEverything();
    if (!(await this.#has(commit))) throw await noSuchRef(this.#git, this.#source, commit);
    await this.#git.run('update-ref', kept, commit);
  }

  /** For servers that give no single commits, and for short commit ids, which only all the history can tell. */
  async #fetchEverything(): Promise<void> {
    const isShallow = (await this.#git.run('rev-parse', '--is-shallow-repository')) === 'true';
    const depth = isShallow ? ['--unshallow'] : [];
    const refs = ['+refs/heads/*:refs/remotes/heads/*', '+refs/tags/*:refs/remotes/tags/*'];
    const args = ['--quiet', '--no-tags', '--no-write-fetch-head', ...depth, '--', this.#source.url, ...refs];
    await this.#git.run('fetch', ...args);
  }

  async #findShortCommit(ref: string): Promise<string> {
    await this.#fetchEverything();
    if (!(await this.#has(ref))) throw await noSuchRef(this.#git, this.#source, ref);
    return this.#git.run('rev-parse', '--verify', `${ref}^{commit}`);
  }

  /** @param commit tells which kind of object names the repository has */
  async #update<Result>(work: () => Promise<Result>, commit = ''): Promise<Result> {
    const { store, emit, signal } = this.#options;
    await using _lock = await store?.lock(`git.${nameFor(this.#source)}`, { emit, signal });
    signal.throwIfAborted();
    const format = commit.length === 64 ? ['--object-format=sha256'] : [];
    // Does nothing to a repository that is there, and mends one whose making was cut short.
    makeFolder(this.#folder);
    await this.#git.run('init', '--quiet', '--bare', '--template=', ...format, '.');
    return await work();
  }

  #assertReachable(): void {
    if (this.#options.offline && !isLocalRepository(this.#source.url)) throw refusedOffline(this.#source.text);
  }
}

async function folderFor(source: GitSource, { host, store }: MirrorOptions): Promise<string> {
  if (!store) return mkdtemp(join(host.tmp, 'fettle-git-'));
  const folder = join(store.folder, nameFor(source));
  makeFolder(folder);
  return folder;
}

function nameFor({ url }: GitSource): string {
  return createHash('sha256').update(splitGitCredentials(url).url).digest('hex');
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** A commit id that the repository answers with another commit: a branch or tag has that name. */
export function otherCommit(url: string, expected: string, got: string): FettleError {
  return new FettleError('E_CHECKSUM', `The commit of ${url} is not the one that was expected.`, {
    facts: { url, expected, got },
    hint: 'The ref looks like a commit id, but the repository has a branch or a tag of that name.',
  });
}
