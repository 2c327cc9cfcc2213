import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FettleError } from '../errors/index.js';
import { nearestName } from '../support/nearest-name.js';
import { redactUrl } from './redact-url.js';
import { parseS3Address } from './s3/s3-address.js';
import type { Source } from './source.js';

const GIT_SCHEMES: ReadonlySet<string> = new Set(['git', 'git+ssh', 'git+https', 'git+http', 'git+file', 'ssh']);
const KNOWN_SCHEMES = ['https', 'http', 'file', 'pkg', 's3', ...GIT_SCHEMES];

/**
 * Reads a source as a manifest or recipe writes it: a path, `file://`, `http(s)://`, `s3://`, a git URL or a package URL.
 * @param baseDirectory what relative paths are relative to
 * @throws FettleError E_SOURCE
 */
export function parseSource(text: string, baseDirectory: string): Source {
  const written = text.trim();
  if (written === '') throw invalidSource(text, 'is empty', 'Give a path or a URL.');
  if (hasControlCharacter(written)) throw invalidSource(text, 'has control characters');
  if (isDrivePath(written)) return localSource(written, resolve(baseDirectory, written));
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(written)?.[1]?.toLowerCase();
  if (scheme === 'pkg') return { kind: 'registry', purl: written, text: redactUrl(written) };
  if (isShellStyleGit(written)) return { kind: 'git', url: written, text: written };
  if (scheme !== undefined && looksLikeUrl(written, scheme)) return parseUrl(written, scheme);
  return localSource(written, resolve(baseDirectory, written));
}

function parseUrl(text: string, scheme: string): Source {
  if (!text.toLowerCase().startsWith(`${scheme}://`)) throw invalidSource(text, `lacks "//" after "${scheme}:"`);
  if (scheme === 'file') return parseFileUrl(text);
  if (scheme === 's3') return s3Source(text);
  if (GIT_SCHEMES.has(scheme)) return gitSource(text, text.replace(/^git\+(?=(ssh|https?|file):)/i, ''));
  if (scheme !== 'http' && scheme !== 'https') throw unknownScheme(text, scheme);
  if (!URL.canParse(text)) throw invalidSource(text, 'is not a valid URL');
  return isGitName(text) ? gitSource(text, text) : { kind: 'http', url: text, text: redactUrl(text) };
}

/** Refuses what names no object, before anything is asked. */
function s3Source(text: string): Source {
  parseS3Address(text);
  return { kind: 's3', url: text, text };
}

function parseFileUrl(text: string): Source {
  const hint = 'Write file:///absolute/path, or just the path.';
  try {
    const url = new URL(text);
    if (url.host !== '' && url.host !== 'localhost') throw invalidSource(text, 'names a host, not a file here', hint);
    url.host = '';
    return localSource(text, fileURLToPath(url));
  } catch (error) {
    if (error instanceof FettleError) throw error;
    throw invalidSource(text, 'is not a valid file URL', hint, error);
  }
}

function localSource(text: string, path: string): Source {
  return isGitName(path) ? { kind: 'git', url: path, text } : { kind: 'path', path, text };
}

function gitSource(text: string, url: string): Source {
  return { kind: 'git', url, text: redactUrl(text) };
}

/** What git itself would call a repository: a name that ends in `.git`, whatever query or fragment follows. */
function isGitName(text: string): boolean {
  return /[^/\\]\.git\/?$/i.test(text.replace(/[?#].*$/, ''));
}

/** `git@host:owner/kit.git`, as ssh programs take it. */
function isShellStyleGit(text: string): boolean {
  const [, user, path = ''] = /^([\w.-]+)@[\w.-]+:(?!\/\/)(.+)$/.exec(text) ?? [];
  return user !== undefined && (user === 'git' || isGitName(path));
}

function isDrivePath(text: string): boolean {
  return /^[a-z]:([\\/]|$)/i.test(text);
}

/** A colon alone may stand in a file name; after a scheme that we know it is a URL gone wrong. */
function looksLikeUrl(text: string, scheme: string): boolean {
  return !isAbsolute(text) && (/^[^:]+:\/\//.test(text) || KNOWN_SCHEMES.includes(scheme));
}

function hasControlCharacter(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

function unknownScheme(text: string, scheme: string): FettleError {
  const nearest = nearestName(scheme, KNOWN_SCHEMES);
  const hint = nearest === undefined ? undefined : `Did you mean ${nearest}://?`;
  return invalidSource(text, `has a scheme that fettle does not know: ${scheme}`, hint);
}

function invalidSource(text: string, problem: string, hint?: string, cause?: unknown): FettleError {
  const source = redactUrl(text);
  return new FettleError('E_SOURCE', `The source "${source}" ${problem}.`, {
    facts: { source, known: KNOWN_SCHEMES },
    hint: hint ?? 'A source is a path, file://, http(s)://, a git URL or a package URL (pkg:…).',
    cause,
  });
}
