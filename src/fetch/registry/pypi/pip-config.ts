import { readFile } from 'node:fs/promises';
import { posix, win32 } from 'node:path';
import { FettleError, hasCode, messageOf } from '../../../errors/index.js';
import type { Host } from '../../../host/index.js';
import { isHttpUrl, splitCredentials } from '../credentials.js';
import { parsePythonConfig } from './python-config-file.js';
import type { RegistryBase } from '../resolved-package.js';

export interface PipIndex extends RegistryBase {
  /** From credentials inside the index's own URL. */
  readonly authorization: string | undefined;
}

interface Setting {
  readonly value: string;
  readonly source: string;
}

/** pip's names for the settings that are read, always with dashes. */
type Settings = ReadonlyMap<string, Setting>;

/** Later ones win. The first is for all of pip's commands, and a download is what fettle does. */
const SECTIONS = ['global', 'install', 'download'] as const;

/**
 * The indexes pip would use, the main one first: from pip's configuration files and `PIP_*` variables, else `defaultIndex`.
 * @throws FettleError E_REGISTRY when a file cannot be read, when pip is told to use no index, or when one is not http(s)
 */
export async function loadPipIndexes(host: Host, defaultIndex: () => Promise<string>): Promise<readonly PipIndex[]> {
  const settings = await loadSettings(host);
  refuseNoIndex(settings);
  const main = settings.get('index-url') ?? { value: await defaultIndex(), source: 'default' };
  const extra = settings.get('extra-index-url');
  const extraUrls = extra === undefined ? [] : extra.value.split(/\s+/).filter((url) => url !== '');
  return [
    pipIndexAt(main.value, `${main.source} (index-url)`),
    ...extraUrls.map((url) => pipIndexAt(url, `${extra?.source ?? ''} (extra-index-url)`)),
  ];
}

/** The index at `url`, as named by `configuredBy`. */
export function pipIndexAt(url: string, configuredBy: string): PipIndex {
  if (!isHttpUrl(url)) {
    throw new FettleError('E_REGISTRY', 'A configured Python package index is not an http(s) URL.', {
      facts: { configuredBy },
      hint: `Correct the index setting (${configuredBy}).`,
    });
  }
  const clean = splitCredentials(url.trim());
  return { url: clean.url.replace(/\/*$/, '/'), authorization: clean.authorization, configuredBy };
}

function refuseNoIndex(settings: Settings): void {
  const noIndex = settings.get('no-index');
  if (!noIndex || !/^(1|true|yes|on|t|y)$/i.test(noIndex.value)) return;
  throw new FettleError('E_REGISTRY', 'pip is configured to use no package index.', {
    facts: { configuredBy: `${noIndex.source} (no-index)` },
    hint: 'Remove no-index, or name an index in the package URL with ?repository_url=….',
  });
}

async function loadSettings(host: Host): Promise<Settings> {
  const settings = new Map<string, Setting>();
  const bySection = new Map(SECTIONS.map((section) => [section, new Map<string, Setting>()]));
  for (const file of configurationFiles(host)) {
    const config = await readConfiguration(file);
    for (const section of SECTIONS) {
      for (const [name, value] of config.get(section) ?? []) {
        bySection.get(section)?.set(settingName(name), { value, source: file });
      }
    }
  }
  // pip's rule: a command's own section beats [global] whatever file each stands in; variables beat both; empty is unset.
  const layers = [
    ...SECTIONS.map((section) => bySection.get(section) ?? new Map<string, Setting>()),
    environmentSettings(host),
  ];
  for (const layer of layers)
    for (const [name, setting] of layer) if (setting.value !== '') settings.set(name, setting);
  return settings;
}

function environmentSettings(host: Host): Settings {
  const settings = new Map<string, Setting>();
  for (const [name, value] of Object.entries(host.env)) {
    if (name.startsWith('PIP_')) settings.set(settingName(name.slice('PIP_'.length)), { value, source: name });
  }
  return settings;
}

function settingName(name: string): string {
  return name.toLowerCase().replaceAll('_', '-').replace(/^--/, '');
}

/** Weakest first: global, user (left out when PIP_CONFIG_FILE is there), virtual environment, PIP_CONFIG_FILE. */
function configurationFiles(host: Host): readonly string[] {
  const named = host.env['PIP_CONFIG_FILE'];
  if (named === '/dev/null' || named?.toLowerCase() === 'nul') return [];
  const folders =
    host.platform === 'windows'
      ? windowsFolders(host)
      : host.platform === 'darwin'
        ? macFolders(host)
        : linuxFolders(host);
  const path = host.platform === 'windows' ? win32 : posix;
  const name = host.platform === 'windows' ? 'pip.ini' : 'pip.conf';
  const virtual = host.env['VIRTUAL_ENV'] ? [host.env['VIRTUAL_ENV']] : [];
  const files = [...folders.global, ...(named ? [] : folders.user), ...virtual].map((folder) =>
    path.join(folder, name),
  );
  return named ? [...files, named] : files;
}

interface ConfigurationFolders {
  readonly global: readonly string[];
  readonly user: readonly string[];
}

function linuxFolders({ env, home }: Host): ConfigurationFolders {
  const shared = (env['XDG_CONFIG_DIRS'] ?? '/etc/xdg').split(':').filter((folder) => folder !== '');
  const config = env['XDG_CONFIG_HOME'] ?? posix.join(home, '.config');
  return {
    global: [...shared.map((folder) => posix.join(folder, 'pip')), '/etc'],
    user: [posix.join(home, '.pip'), posix.join(config, 'pip')],
  };
}

function macFolders({ env, home }: Host): ConfigurationFolders {
  const config = env['XDG_CONFIG_HOME'] ?? posix.join(home, '.config');
  return {
    global: ['/Library/Application Support/pip'],
    user: [
      posix.join(home, '.pip'),
      posix.join(config, 'pip'),
      posix.join(home, 'Library', 'Application Support', 'pip'),
    ],
  };
}

function windowsFolders({ env, home }: Host): ConfigurationFolders {
  const shared = env['PROGRAMDATA'] ?? env['ProgramData'] ?? 'C:\\ProgramData';
  const roaming = env['APPDATA'] ?? win32.join(home, 'AppData', 'Roaming');
  return { global: [win32.join(shared, 'pip')], user: [win32.join(home, 'pip'), win32.join(roaming, 'pip')] };
}

async function readConfiguration(file: string): Promise<ReturnType<typeof parsePythonConfig>> {
  try {
    return parsePythonConfig(await readFile(file, 'utf8'));
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return new Map();
    throw new FettleError('E_REGISTRY', `pip's configuration cannot be read: ${messageOf(error)}`, {
      facts: { path: file },
      cause: error,
    });
  }
}
