import type { RegistryAnswer } from './http.js';

/** A URL that is safe to keep and show, and the `authorization` header its userinfo stood for. */
export interface CleanUrl {
  readonly url: string;
  readonly authorization: string | undefined;
}

/** Takes user and password out of a URL: HTTP clients refuse URLs with them, and messages must not show them. */
export function splitCredentials(text: string): CleanUrl {
  const url = new URL(text);
  const user = decodeURIComponent(url.username);
  const password = decodeURIComponent(url.password);
  url.username = '';
  url.password = '';
  const authorization = user === '' && password === '' ? undefined : basicAuthorization(user, password);
  return { url: url.href, authorization };
}

export function basicAuthorization(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
}

/** `{ authorization }`, or nothing when there is none: ready to be spread into headers. */
export function authorizationHeader(authorization: string | undefined): Record<string, string> {
  return authorization === undefined ? {} : { authorization };
}

export function sameOrigin(left: string, right: string): boolean {
  return new URL(left).origin === new URL(right).origin;
}

/** Parses an http(s) URL, or says that it is none. */
export function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

export function isUnauthorized({ status }: RegistryAnswer): boolean {
  return status === 401 || status === 403;
}
