import type { Host } from '../../host/index.js';
import { loadNetrc, netrcAuthorization, type Netrc } from '../registry/pypi/netrc.js';

/** What a host is shown so that it gives us a file. */
export interface HostCredentials {
  readonly authorization: string;
  /** Where it was found, for messages: never the secret itself. */
  readonly origin: string;
}

/** Variables that other tools read, and the hosts that they belong to; nobody else is shown them. */
const KNOWN_TOKENS: readonly (readonly [variables: readonly string[], hosts: readonly string[]])[] = [
  [
    ['GH_TOKEN', 'GITHUB_TOKEN'],
    ['api.github.com', 'raw.githubusercontent.com', 'codeload.github.com'],
  ],
  [['GITLAB_TOKEN'], ['gitlab.com']],
];

/** Credentials that the user keeps for hosts: tokens in the environment, then .netrc. */
export class CredentialsOfHosts {
  readonly #host: Host;
  #netrc: Promise<Netrc> | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  /**
   * What to send to the host of `url`; undefined when nothing is known, and when the URL has a user of its own. Tokens
   * are sent in the clear to this machine only.
   */
  async find(url: string): Promise<HostCredentials | undefined> {
    const { username, password, hostname, protocol } = new URL(url);
    if (username !== '' || password !== '') return undefined;
    const isPrivate = protocol === 'https:' || isThisMachine(hostname);
    return (isPrivate ? this.#token(hostname) : undefined) ?? this.#entry(url);
  }

  #token(hostname: string): HostCredentials | undefined {
    const { env } = this.#host;
    const known = KNOWN_TOKENS.find(([, hosts]) => hosts.includes(hostname))?.[0] ?? [];
    const origin = [tokenVariable(hostname), ...known].find((name) => (env[name] ?? '').trim() !== '');
    return origin === undefined ? undefined : { authorization: `Bearer ${(env[origin] ?? '').trim()}`, origin };
  }

  async #entry(url: string): Promise<HostCredentials | undefined> {
    const netrc = await (this.#netrc ??= loadNetrc(this.#host));
    const authorization = netrcAuthorization(netrc, url);
    return authorization === undefined ? undefined : { authorization, origin: '.netrc' };
  }
}

/**
 * The variable for a host's token. `.` becomes `_` and `-` becomes `__`, so that no two hosts share one: what is meant
 * for `git.example.com` must not go to `git-example.com`.
 */
export function tokenVariable(hostname: string): string {
  const name = hostname
    .toLowerCase()
    .replaceAll('_', '___')
    .replaceAll('-', '__')
    .replace(/[^a-z0-9_]/g, '_');
  return `FETTLE_TOKEN_${name.toUpperCase()}`;
}

function isThisMachine(hostname: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}
