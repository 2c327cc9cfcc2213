import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FettleError, hasCode, messageOf } from '../../../errors/index.js';
import type { Host } from '../../../host/index.js';

/** A setting and where it stands. */
export interface CargoSetting {
  readonly value: string;
  readonly file: string;
}

/** Settings of one table, the nearest file's value for each key. */
export type CargoTable = ReadonlyMap<string, CargoSetting>;

export interface CargoConfig {
  /** The table `[source.NAME]`; empty when there is none. */
  source(name: string): CargoTable;
  /** The table `[registries.NAME]`, with what variables and cargo's credentials file add; empty when there is none. */
  registry(name: string): CargoTable;
  /** All registries, in no order that matters. */
  readonly registries: readonly CargoTable[];
}

type Tables = Map<string, Map<string, CargoSetting>>;

/**
 * Reads what cargo would read about sources: `.cargo/config.toml` here and in each parent folder, then cargo's home. The
 * nearest wins, key by key. (Cargo takes `[source]` from files only, so there are no variables for it.)
 * @throws FettleError E_REGISTRY when a file cannot be read
 */
export async function loadCargoConfig(host: Host): Promise<CargoConfig> {
  const home = cargoHome(host);
  const config = { sources: new Map() as Tables, registries: new Map() as Tables };
  addVariables(config.registries, host);
  for (const folder of [...parentFolders(host.cwd).map((parent) => join(parent, '.cargo')), home]) {
    const found = await readFirst(folder, ['config', 'config.toml']);
    if (found) addTables(config, found);
  }
  const credentials = await readFirst(home, ['credentials', 'credentials.toml']);
  if (credentials) addTables(config, credentials);
  return {
    source: (name) => config.sources.get(name) ?? new Map(),
    registry: (name) => config.registries.get(registryKey(name)) ?? new Map(),
    registries: [...config.registries.values()],
  };
}

function cargoHome({ env, home }: Host): string {
  const named = env['CARGO_HOME'] ?? '';
  return named === '' ? join(home, '.cargo') : named;
}

function parentFolders(folder: string): readonly string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...parentFolders(parent)];
}

function addVariables(registries: Tables, { env }: Host): void {
  for (const [name, value] of Object.entries(env)) {
    const [, registry, key] = /^CARGO_REGISTRIES_(\w+)_(INDEX|TOKEN)$/.exec(name) ?? [];
    if (registry === undefined || key === undefined || value === '') continue;
    addSetting(registries, registry, key.toLowerCase(), { value, file: name });
  }
}

/** Variables are upper-case with underscores, files say what they like: one form for both. */
function registryKey(name: string): string {
  return name.toUpperCase().replaceAll('-', '_');
}

interface TomlFile {
  readonly path: string;
  readonly content: Readonly<Record<string, unknown>>;
}

async function readFirst(folder: string, names: readonly string[]): Promise<TomlFile | undefined> {
  for (const name of names) {
    const path = join(folder, name);
    const text = await readIfThere(path);
    if (text !== undefined) return { path, content: await parseToml(path, text) };
  }
  return undefined;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return undefined;
    throw unreadable(path, error);
  }
}

async function parseToml(path: string, text: string): Promise<Readonly<Record<string, unknown>>> {
  const { parse } = await import('smol-toml');
  try {
    return parse(text);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** Only the first line of a parser's message: the rest quotes the file, which may hold a token. */
function unreadable(path: string, error: unknown): FettleError {
  const [reason = ''] = messageOf(error).split('\n');
  return new FettleError('E_REGISTRY', `Cargo's configuration cannot be read: ${reason}`, { facts: { path } });
}

function addTables(config: { sources: Tables; registries: Tables }, { path, content }: TomlFile): void {
  for (const [name, table] of entriesOf(content['source'])) addTable(config.sources, name, { path, table });
  for (const [name, table] of entriesOf(content['registries'])) {
    addTable(config.registries, registryKey(name), { path, table });
  }
}

function addTable(tables: Tables, name: string, { path, table }: { path: string; table: unknown }): void {
  for (const [key, value] of entriesOf(table)) {
    if (typeof value === 'string') addSetting(tables, name, key, { value, file: path });
  }
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

/** What is there already comes from nearer and stays. */
function addSetting(tables: Tables, name: string, key: string, setting: CargoSetting): void {
  const table = tables.get(name) ?? new Map<string, CargoSetting>();
  tables.set(name, table);
  if (!table.has(key)) table.set(key, setting);
}
