import type { Host } from '../../../host/index.js';
import { childrenOf, parseXml, textOf, type XmlElement } from './xml.js';

/** What counts of one `settings.xml`. Source: https://maven.apache.org/settings.html */
export interface MavenSettings {
  readonly mirrors: readonly Mirror[];
  /** Of profiles that are active. */
  readonly repositories: readonly Repository[];
  readonly servers: readonly Server[];
}

export interface Repository {
  readonly id: string;
  readonly url: string;
  /** Where it is written: for messages. */
  readonly file: string;
}

export interface Mirror extends Repository {
  readonly mirrorOf: string;
  readonly isBlocked: boolean;
}

/** Credentials for the repository or mirror with the same id. */
export interface Server {
  readonly id: string;
  readonly username: string;
  readonly password: string;
}

/** @throws Error when it is no such file */
export async function readSettingsFile(text: string, file: string, host: Host): Promise<MavenSettings> {
  const root = childrenOf(await parseXml(text), 'settings')[0];
  if (!root) throw new Error('it has no element settings');
  const read = (element: XmlElement, ...path: readonly string[]): string => fillIn(textOf(element, ...path), host);
  const listed = (list: string, item: string): readonly XmlElement[] => childrenOf(root, list, item);
  return {
    mirrors: listed('mirrors', 'mirror').map((mirror) => ({
      id: read(mirror, 'id'),
      url: read(mirror, 'url'),
      mirrorOf: read(mirror, 'mirrorOf'),
      isBlocked: read(mirror, 'blocked') === 'true',
      file,
    })),
    repositories: activeProfiles(root, read)
      .flatMap((profile) => childrenOf(profile, 'repositories', 'repository'))
      .filter((repository) => read(repository, 'releases', 'enabled') !== 'false')
      .map((repository) => ({ id: read(repository, 'id'), url: read(repository, 'url'), file })),
    servers: listed('servers', 'server')
      .map((server) => ({
        id: read(server, 'id'),
        username: read(server, 'username'),
        password: read(server, 'password'),
      }))
      // Maven keeps the key of encrypted passwords to itself.
      .filter(({ username, password }) => username !== '' && !/^\{.*\}$/.test(password)),
  };
}

/** Those that are switched on by name; when none is, those that are active by default. */
function activeProfiles(
  root: XmlElement,
  read: (element: XmlElement, ...path: readonly string[]) => string,
): readonly XmlElement[] {
  const profiles = childrenOf(root, 'profiles', 'profile');
  const names = childrenOf(root, 'activeProfiles', 'activeProfile').map((element) => read(element));
  const named = profiles.filter((profile) => names.includes(read(profile, 'id')));
  if (named.length > 0) return named;
  return profiles.filter((profile) => read(profile, 'activation', 'activeByDefault') === 'true');
}

/** `${env.NAME}` and `${user.home}`; what is not known stays as it is. */
function fillIn(text: string, { env, home }: Host): string {
  return text.replace(/\$\{(?:env\.([^}]+)|user\.home)\}/g, (whole, name: string | undefined) =>
    name === undefined ? home : (env[name] ?? whole),
  );
}
