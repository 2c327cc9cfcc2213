import type { Host } from '../host/index.js';
import type { LuaValue } from '../lua/index.js';
import { nearestName } from '../support/nearest-name.js';
import { readStrings } from './lua-fields.js';
import type { Place } from './place.js';
import type { PlatformFilter } from './request.js';

const PLATFORMS = ['linux', 'darwin', 'windows'] as const;
const ARCHES = ['x86_64', 'arm64'] as const;
const FILTERS: readonly string[] = PLATFORMS.flatMap((platform) => [
  platform,
  ...ARCHES.map((arch) => `${platform}-${arch}`),
]);

/** What other tools call our platforms and architectures. */
const ALIASES: Readonly<Record<string, string>> = {
  macos: 'darwin',
  osx: 'darwin',
  mac: 'darwin',
  win32: 'windows',
  win: 'windows',
  x64: 'x86_64',
  amd64: 'x86_64',
  aarch64: 'arm64',
};

/**
 * Reads a list such as `{ "linux", "darwin-arm64" }`; undefined stays undefined and means everywhere.
 * @throws FettleError of the place's code for a name that is no platform
 */
export function parsePlatforms(value: LuaValue, place: Place): readonly PlatformFilter[] | undefined {
  if (value === undefined) return undefined;
  const filters = readStrings(value, place);
  if (filters.length === 0) {
    throw place.error(`${place.field} lists no platform, so it would never be used.`, { facts: { known: FILTERS } });
  }
  filters.forEach((filter, index) => {
    if (!FILTERS.includes(filter)) throw unknownPlatform(filter, place.at(index + 1));
  });
  return filters;
}

/** Whether a list of platforms includes this host; no list includes all. */
export function platformMatches(
  filters: readonly PlatformFilter[] | undefined,
  host: Pick<Host, 'platform' | 'arch'>,
): boolean {
  if (!filters) return true;
  return filters.includes(host.platform) || filters.includes(`${host.platform}-${host.arch}`);
}

function unknownPlatform(filter: string, place: Place): Error {
  const [platform = '', ...arch] = filter.toLowerCase().split('-');
  const renamed = [ALIASES[platform] ?? platform, ...arch.map((part) => ALIASES[part] ?? part)].join('-');
  const nearest = FILTERS.includes(renamed) ? renamed : nearestName(filter, FILTERS);
  return place.error(`${place.field} names an unknown platform ${JSON.stringify(filter)}.`, {
    facts: { known: FILTERS, ...(nearest !== undefined && { nearest }) },
    hint:
      nearest === undefined ? `The platforms are ${FILTERS.join(', ')}.` : `Did you mean ${JSON.stringify(nearest)}?`,
  });
}
