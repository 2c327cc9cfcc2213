import { FettleError } from '../../errors/index.js';
import { redactUrl } from '../redact-url.js';

const MOST_REDIRECTS = 10;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export interface Hop {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly count: number;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Where an answer sends us; undefined when it is the answer itself. What we were given to send belongs to one origin
 * and is not taken to another.
 * @throws FettleError E_FETCH for too many redirects, and for those that leave https or the web
 */
export function nextHop(hop: Hop, answer: Answer): Hop | undefined {
  const location = answer.headers['location'];
  if (!REDIRECTS.has(answer.status) || location === undefined) return undefined;
  if (hop.count >= MOST_REDIRECTS) throw refused(hop, location, `more than ${MOST_REDIRECTS} redirects`);
  const url = resolveLocation(hop, location);
  if (!/^https?:$/.test(url.protocol)) throw refused(hop, location, 'a redirect that leaves the web');
  if (hop.url.protocol === 'https:' && url.protocol === 'http:') {
    throw refused(hop, location, 'a redirect from https to http');
  }
  if (url.origin !== hop.url.origin) return { url, headers: {}, count: hop.count + 1 };
  return { url: keepCredentials(url, hop.url), headers: hop.headers, count: hop.count + 1 };
}

function resolveLocation(hop: Hop, location: string): URL {
  if (!URL.canParse(location, hop.url.href)) throw refused(hop, location, 'a redirect to something that is no URL');
  return new URL(location, hop.url);
}

function keepCredentials(url: URL, from: URL): URL {
  if (url.username === '' && url.password === '') {
    url.username = from.username;
    url.password = from.password;
  }
  return url;
}

function refused(hop: Hop, location: string, problem: string): FettleError {
  const url = redactUrl(hop.url.href);
  return new FettleError('E_FETCH', `Downloading ${url} failed: ${problem}.`, {
    facts: { url, location: redactUrl(location), problem },
    hint: 'Give the address that the file really has.',
  });
}
