import { dirname, resolve } from 'node:path';
import { FettleError } from '../../../errors/index.js';
import type { CargoConfig, CargoSetting, CargoTable } from './cargo-config.js';
import { isHttpUrl, splitCredentials } from '../credentials.js';
import type { RegistryBase } from '../resolved-package.js';

/** Where crates come from: a sparse index, or a folder that `cargo local-registry` made. */
export type CargoSource = SparseSource | LocalSource;

export interface SparseSource extends RegistryBase {
  readonly kind: 'sparse';
  /** What cargo sends, as it is, to a registry that requires it. */
  readonly token: string | undefined;
}

export interface LocalSource extends RegistryBase {
  readonly kind: 'local';
  readonly folder: string;
}

/** The name of cargo's main source in its configuration. */
const MAIN_SOURCE = 'crates-io';
const SPARSE = 'sparse+';

/**
 * Follows cargo's source replacement from the main source to its end.
 * @throws FettleError E_REGISTRY when it runs in a circle, ends nowhere, or ends at a source of a kind fettle cannot use
 */
export async function findCargoSource(config: CargoConfig, defaultIndex: () => Promise<string>): Promise<CargoSource> {
  const trail = [MAIN_SOURCE];
  for (;;) {
    const name = trail.at(-1) ?? MAIN_SOURCE;
    const replacement = config.source(name).get('replace-with');
    if (!replacement) return endOf(name, config, defaultIndex);
    if (trail.includes(replacement.value)) throw circle([...trail, replacement.value], replacement);
    trail.push(replacement.value);
  }
}

/** The sparse index at `url`, with or without cargo's prefix `sparse+`, as named by `configuredBy`. */
export function sparseSourceAt(url: string, configuredBy: string, config: CargoConfig): SparseSource {
  const address = url.startsWith(SPARSE) ? url.slice(SPARSE.length) : url;
  if (!isHttpUrl(address)) {
    throw new FettleError('E_REGISTRY', 'A configured cargo registry is not an http(s) URL.', {
      facts: { configuredBy },
      hint: `Correct the registry's address (${configuredBy}).`,
    });
  }
  const base = withSlash(splitCredentials(address).url);
  return { kind: 'sparse', url: base, configuredBy, token: tokenOf(base, config) };
}

async function endOf(name: string, config: CargoConfig, defaultIndex: () => Promise<string>): Promise<CargoSource> {
  const table = config.source(name);
  const directory = table.get('directory');
  if (directory) throw unusable('a folder of vendored crates, which holds no crate files', directory);
  const git = table.get('git');
  if (git) throw unusable('a git repository', git);
  const local = table.get('local-registry');
  if (local) return localSource(local);
  const index = table.get('registry') ?? config.registry(name).get('index');
  if (index) return indexedSource(index, config);
  if (name === MAIN_SOURCE) return sparseSourceAt(await defaultIndex(), 'default', config);
  throw new FettleError('E_REGISTRY', `Cargo's source '${name}' says nowhere where its crates are.`, {
    facts: { source: name },
    hint: `Give [source.${name}] a registry or a local-registry.`,
  });
}

/** Paths in cargo's configuration are relative to the folder that holds the `.cargo` folder. */
function localSource({ value, file }: CargoSetting): LocalSource {
  const folder = resolve(dirname(dirname(file)), value);
  return { kind: 'local', folder, url: folder, configuredBy: file };
}

function indexedSource({ value, file }: CargoSetting, config: CargoConfig): SparseSource {
  if (value.startsWith(SPARSE)) return sparseSourceAt(value, file, config);
  throw new FettleError('E_REGISTRY', 'A cargo registry with a git index cannot be used.', {
    facts: { configuredBy: file },
    hint: `Give the registry's sparse index: registry = "${SPARSE}https://…/" (${file}).`,
  });
}

function unusable(what: string, { file }: CargoSetting): FettleError {
  return new FettleError('E_REGISTRY', `Cargo's crates are replaced by ${what}.`, {
    facts: { configuredBy: file },
    hint: 'Use a sparse registry or a local-registry, or name one with ?repository_url=….',
  });
}

function circle(trail: readonly string[], { file }: CargoSetting): FettleError {
  return new FettleError('E_REGISTRY', `Cargo's source replacement runs in a circle: ${trail.join(' → ')}.`, {
    facts: { configuredBy: file },
    hint: `Correct replace-with in ${file}.`,
  });
}

/** Tokens belong to registries, also where a source replacement names a registry by its address only. */
function tokenOf(base: string, config: CargoConfig): string | undefined {
  const isSame = (table: CargoTable): boolean => {
    const index = table.get('index')?.value ?? '';
    const address = index.slice(SPARSE.length);
    return index.startsWith(SPARSE) && isHttpUrl(address) && withSlash(splitCredentials(address).url) === base;
  };
  return config.registries.find(isSame)?.get('token')?.value;
}

function withSlash(url: string): string {
  return url.replace(/\/*$/, '/');
}
