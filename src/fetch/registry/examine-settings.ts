import type { Host } from '../../host/index.js';
import { loadCargoConfig } from './cargo/cargo-config.js';
import { loadGoEnvironment } from './golang/go-environment.js';
import { loadMavenRepositories } from './maven/maven-settings.js';
import { loadNpmConfig } from './npm/npm-config.js';
import { loadNetrc } from './pypi/netrc.js';
import { loadPipIndexes } from './pypi/pip-config.js';

/** Whose settings were read, and what was thrown when that was not possible. */
export interface ExaminedSettings {
  readonly tool: string;
  readonly error: unknown;
}

/** Reads the settings of package managers as downloads do, to find those that cannot be used. No network is needed. */
export async function examineRegistrySettings(host: Host): Promise<readonly ExaminedSettings[]> {
  const readers: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['npm', () => loadNpmConfig(host).then((config) => config.registryOf('any'))],
    // The default index counts only where none is set, and then there is nothing to examine.
    ['pip', () => loadPipIndexes(host, () => Promise.resolve('https://127.0.0.1/'))],
    ['cargo', () => loadCargoConfig(host)],
    ['go', () => loadGoEnvironment(host)],
    ['maven', () => loadMavenRepositories(host)],
    ['netrc', () => loadNetrc(host)],
  ];
  return Promise.all(
    readers.map(async ([tool, read]) => {
      try {
        await read();
        return { tool, error: undefined };
      } catch (error) {
        return { tool, error };
      }
    }),
  );
}
