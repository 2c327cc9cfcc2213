import type { Host } from '../../host/index.js';
import type { LockFile, Manifest, PlatformFilter } from '../../manifest/index.js';

const ARCHES = ['x86_64', 'arm64'] as const;

/** `linux-x86_64`, as lock files call this machine's kind. */
export function platformOf({ platform, arch }: Pick<Host, 'platform' | 'arch'>): string {
  return `${platform}-${arch}`;
}

/**
 * The platforms that a lock file is for: this one, and those that the manifest says the project is for. A manifest that
 * does not say so still names some in its entries, and those who use it elsewhere have left theirs in the lock file.
 */
export function lockedPlatforms(manifest: Manifest, previous: LockFile | undefined, host: Host): readonly string[] {
  const { platforms, packages, otherPlatforms } = manifest;
  const named = platforms ?? [...packages, ...otherPlatforms].flatMap((request) => request.platforms ?? []);
  const kept = platforms ? [] : (previous?.platforms.keys() ?? []);
  return [...new Set([platformOf(host), ...named.flatMap(withArch), ...kept])];
}

/** The same machine, had it been made for another platform. */
export function hostFor(host: Host, platform: string): Host {
  const [system, arch] = platform.split('-') as [Host['platform'], Host['arch']];
  return { ...host, platform: system, arch };
}

/** A platform without an arch means all of its arches. */
function withArch(filter: PlatformFilter): readonly string[] {
  return filter.includes('-') ? [filter] : ARCHES.map((arch) => `${filter}-${arch}`);
}
