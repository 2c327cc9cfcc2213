import { FettleError } from '../../errors/index.js';
import { redactUrl } from '../redact-url.js';

const MOST_REDIRECTS = 10;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export interface Hop {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** The addresses on the way here, the first one first. */
  readonly passed: readonly string[];
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

export function firstHop(url: string, headers: Hop['headers']): Hop {
  return { url: new URL(url), headers, passed: [] };
}

/**
 * Where an answer sends us; undefined when it is the answer itself. What we were given to send belongs to one origin
 * and is not taken to another.
 * @throws FettleError E_FETCH for redirects in a circle, too many of them, and those that leave https or the web
 */
export function nextHop(hop: Hop, answer: Answer): Hop | undefined {
  const location = answer.headers['location'];
  if (!REDIRECTS.has(answer.status) || location === undefined) return undefined;
  if (hop.passed.length >= MOST_REDIRECTS) throw refused(hop, location, `more than ${MOST_REDIRECTS} redirects`);
  const url = resolveLocation(hop, location);
  if (!/^https?:$/.test(url.protocol)) throw refused(hop, location, 'a redirect that leaves the web');
  if (hop.url.protocol === 'https:' && url.protocol === 'http:') {
    throw refused(hop, location, 'a redirect from https to http');
  }
  const passed = [...hop.passed, addressOf(hop.url)];
  // Nothing of what we send changes on the way, so whoever sends us back once does so for ever.
  if (passed.includes(addressOf(url))) throw refused(hop, location, 'the redirects lead in a circle', passed);
  if (url.origin !== hop.url.origin) return { url, headers: {}, passed };
  return { url: keepCredentials(url, hop.url), headers: hop.headers, passed };
}

/** Without credentials, and without the fragment, which no server sees. */
function addressOf(url: URL): string {
  const address = new URL(url);
  address.username = '';
  address.password = '';
  address.hash = '';
  return address.href;
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

function refused(hop: Hop, location: string, problem: string, circle?: readonly string[]): FettleError {
  const url = redactUrl(hop.url.href);
  return new FettleError('E_FETCH', `Downloading ${url} failed: ${problem}.`, {
    facts: { url, location: redactUrl(location), problem, ...(circle && { redirects: circle.map(redactUrl) }) },
    hint: 'Give the address that the file really has.',
  });
}
