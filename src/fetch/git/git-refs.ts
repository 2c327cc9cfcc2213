import { FettleError } from '../../errors/index.js';
import { nearestName } from '../../support/nearest-name.js';
import { redactUrl } from '../redact-url.js';
import type { GitCommand } from './git-command.js';

/** Where a git source is, and what of it. */
export interface GitSource {
  readonly url: string;
  /** Branch, tag or commit. */
  readonly ref: string | undefined;
  /** How messages call the source: without credentials. */
  readonly text: string;
}

/** SHA-1 or SHA-256 object names. */
const FULL_COMMIT = /^([0-9a-f]{40}|[0-9a-f]{64})$/i;
/** Git's shortest abbreviation. */
const SHORT_COMMIT = /^[0-9a-f]{4,39}$/i;

export function isFullCommit(ref: string): boolean {
  return FULL_COMMIT.test(ref);
}

export function isShortCommit(ref: string): boolean {
  return SHORT_COMMIT.test(ref);
}

/**
 * A ref is a plain name: no `HEAD~2`, no `a:b`, and nothing that git takes for an option.
 * @throws FettleError E_SOURCE
 */
export function assertRef({ ref, text }: GitSource): string {
  if (ref !== undefined && /^[^-\s~^:?*[\\\p{Cc}][^\s~^:?*[\\\p{Cc}]*$/u.test(ref) && !/\.\.|@\{/.test(ref)) return ref;
  const problem = ref === undefined ? 'has no ref' : `has a ref that is not one: "${ref}"`;
  throw new FettleError('E_SOURCE', `The git source ${text} ${problem}.`, {
    facts: { source: text, ...(ref !== undefined && { ref }) },
    hint: 'Give ref = "…": a tag, a branch or, best of all, a full commit id.',
  });
}

/**
 * Asks the repository what a branch or tag points at now, in git's own order: a full ref name, a tag, a branch. Tags
 * are peeled to their commit.
 * @returns undefined when the repository has no such name
 * @throws FettleError E_GIT
 */
export async function lookUpRef(git: GitCommand, url: string, ref: string): Promise<string | undefined> {
  const listed = await listRefs(git, url, [ref, `${ref}^{}`]);
  for (const name of [ref, `refs/${ref}`, `refs/tags/${ref}`, `refs/heads/${ref}`]) {
    const found = listed.get(`${name}^{}`) ?? listed.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Tells the names that come nearest to the one that is not there. */
export async function noSuchRef(git: GitCommand, { url, text }: GitSource, ref: string): Promise<FettleError> {
  const listed = await listRefs(git, url, ['refs/heads/*', 'refs/tags/*']);
  const names = [...listed.keys()].filter((name) => !name.endsWith('^{}'));
  const short = names.map((name) => name.replace(/^refs\/(heads|tags)\//, ''));
  const nearest = nearestName(ref, short);
  return new FettleError('E_GIT', `The repository ${redactUrl(text)} has no branch, tag or commit "${ref}".`, {
    facts: { url: redactUrl(url), ref, refs: short.slice(-SHOWN_REFS) },
    hint: nearest === undefined ? 'Check the name of the branch or tag.' : `Did you mean "${nearest}"?`,
  });
}

const SHOWN_REFS = 10;

/** Full ref name → object id; a tag's commit stands under its name with `^{}`. */
async function listRefs(
  git: GitCommand,
  url: string,
  patterns: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const output = await git.run('ls-remote', '--quiet', '--', url, ...patterns);
  return new Map(
    output.split('\n').flatMap((line) => {
      const [id = '', name = ''] = line.split('\t');
      return isFullCommit(id) ? [[name, id.toLowerCase()] as const] : [];
    }),
  );
}
