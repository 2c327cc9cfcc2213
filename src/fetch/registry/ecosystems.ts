import type { VersionReader } from './wanted.js';

export type Ecosystem = 'npm' | 'pypi' | 'cargo' | 'golang' | 'maven' | 'deb';

/** What a package URL of an ecosystem may say. */
export interface EcosystemRule {
  /** Of the namespace and the name, joined as the ecosystem joins them. */
  readonly name: RegExp;
  readonly qualifiers: readonly string[];
  readonly example: string;
  /** How the registry writes a package's name. */
  join(namespace: string, name: string): string;
  /** Loads what reads versions; nothing else is loaded for it. */
  readVersion: VersionReader;
}

const withSlash = (namespace: string, name: string): string => (namespace === '' ? name : `${namespace}/${name}`);

export const ECOSYSTEMS: Readonly<Record<Ecosystem, EcosystemRule>> = {
  npm: {
    name: /^(@[\w.~-]+\/)?[\w.~!'()*-]+$/,
    qualifiers: ['repository_url'],
    example: 'pkg:npm/%40scope/name@1.2.3',
    join: withSlash,
    readVersion: async (text) => (await import('./npm/npm-versions.js')).readNpmVersion(text),
  },
  pypi: {
    name: /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i,
    qualifiers: ['repository_url', 'file_name', 'type'],
    example: 'pkg:pypi/name@1.2.3?type=wheel',
    join: withSlash,
    readVersion: async (text) => (await import('./pypi/python-versions.js')).readPythonVersion(text),
  },
  cargo: {
    name: /^[a-z0-9_][\w-]*$/i,
    qualifiers: ['repository_url'],
    example: 'pkg:cargo/name@1.2.3',
    join: withSlash,
    readVersion: async (text) => (await import('./cargo/cargo-versions.js')).readCargoVersion(text),
  },
  golang: {
    // Path elements of a module: no dot at either end, and the first one looks like a host.
    name: /^[a-z0-9-]+(\.[a-z0-9-]+)+(\/[\w~+-]+(\.[\w~+-]+)*)*$/i,
    qualifiers: ['repository_url'],
    example: 'pkg:golang/example.com/module@v1.2.3',
    join: withSlash,
    readVersion: async (text) => (await import('./golang/go-versions.js')).readGoVersion(text),
  },
  maven: {
    name: /^[\w-]+(\.[\w-]+)*:[\w.-]+$/,
    qualifiers: ['repository_url', 'classifier', 'type'],
    example: 'pkg:maven/group.id/artifact@1.2.3?type=jar',
    join: (namespace, name) => `${namespace.replaceAll('/', '.')}:${name}`,
    readVersion: async (text) => (await import('./maven/maven-versions.js')).readMavenVersion(text),
  },
  deb: {
    name: /^(debian|ubuntu)\/[a-z0-9][a-z0-9+.-]+$/,
    qualifiers: ['arch'],
    example: 'pkg:deb/debian/name@1.2.3-1?arch=amd64',
    join: withSlash,
    readVersion: async (text) => (await import('./deb/debian-versions.js')).readDebianVersion(text),
  },
};
