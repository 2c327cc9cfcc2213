import { FettleError } from '../../errors/index.js';
import { redactUrl } from '../redact-url.js';

/** A URL in two parts: what may be shown and written down, and what only git may see. */
export interface CleanGitUrl {
  /** Without user and password. */
  readonly url: string;
  /** Scheme and host with a slash at the end. */
  readonly base: string;
  /** The same with user and password; undefined when the URL has no password. */
  readonly baseWithCredentials: string | undefined;
}

/** Only http(s) URLs carry secrets; a user in an ssh URL says whose account it is. */
export function splitGitCredentials(url: string): CleanGitUrl {
  const [, scheme = '', userInfo, host = ''] = /^(https?:\/\/)([^/?#]*@)?([^/?#@]*)/i.exec(url) ?? [];
  const base = `${scheme}${host}/`;
  if (userInfo === undefined) return { url, base, baseWithCredentials: undefined };
  return {
    url: scheme + url.slice(scheme.length + userInfo.length),
    base,
    baseWithCredentials: `${scheme}${userInfo}${host}/`,
  };
}

/** Whether the repository lies on this machine, so that no network is needed. */
export function isLocalRepository(url: string): boolean {
  return /^(file:|[/\\]|[a-z]:[\\/])/i.test(url);
}

/**
 * Git and ssh must take it neither for an option nor for the name of a helper program.
 * @throws FettleError E_SOURCE
 */
export function assertGitUrl(url: string): void {
  if (isPlainGitUrl(url) || isLocalRepository(url)) return;
  const shown = redactUrl(url);
  throw new FettleError('E_SOURCE', `The git URL "${shown}" is not one that fettle gives to git.`, {
    facts: { url: shown },
    hint: 'Use https://, ssh:// (or user@host:path), git://, http://, file:// or a path.',
  });
}

/** A URL with a scheme of git's own, or `user@host:path`. */
export function isPlainGitUrl(url: string): boolean {
  if (/\p{Cc}/u.test(url)) return false;
  return (
    /^(https?|ssh|git):\/\/(?!-)([^/@]*@)?[^-/@][^/@]*(\/|$)/i.test(url) || /^[\w.-]+@\w[\w.-]*:(?!-|:)./.test(url)
  );
}
