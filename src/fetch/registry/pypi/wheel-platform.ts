import { release } from 'node:os';
import { FettleError } from '../../../errors/index.js';
import type { Host } from '../../../host/index.js';

/** A version of a system or its C library: major and minor. */
export type SystemVersion = readonly [number, number];

/** What decides which platform tags (PEP 425, 600, 656) run on a machine. */
export type WheelPlatform = { readonly arch: Host['arch'] } & (
  | { readonly system: 'linux'; readonly libc: { readonly family: 'glibc' | 'musl'; readonly version: SystemVersion } }
  | { readonly system: 'darwin'; readonly version: SystemVersion }
  | { readonly system: 'windows' }
);

/** The machine's own: of the C library Node runs on, or of the macOS release that the kernel's version stands for. */
export function detectWheelPlatform({ platform, arch }: Host): WheelPlatform {
  if (platform === 'windows') return { system: 'windows', arch };
  if (platform === 'darwin') return { system: 'darwin', arch, version: macosVersion(release()) };
  const glibc = glibcVersion();
  // Node's own musl builds need 1.2, so a machine that runs this has at least that.
  return {
    system: 'linux',
    arch,
    libc: glibc ? { family: 'glibc', version: glibc } : { family: 'musl', version: [1, 2] },
  };
}

/**
 * A machine of another kind that is not here to be asked: one that most are at least as new as. Its choice is written
 * into the lock file, so it is the same whoever makes it.
 * @param platform as `linux-x86_64`
 * @throws FettleError E_PLATFORM
 */
export function typicalWheelPlatform(platform: string): WheelPlatform {
  const [, system, arch] = /^(linux|darwin|windows)-(x86_64|arm64)$/.exec(platform) ?? [];
  if (arch !== 'x86_64' && arch !== 'arm64') throw unknownPlatform(platform);
  if (system === 'windows') return { system, arch };
  if (system === 'darwin') return { system, arch, version: TYPICAL_MACOS };
  return { system: 'linux', arch, libc: { family: 'glibc', version: TYPICAL_GLIBC } };
}

const TYPICAL_MACOS: SystemVersion = [14, 0];
const TYPICAL_GLIBC: SystemVersion = [2, 28];

function unknownPlatform(platform: string): FettleError {
  return new FettleError('E_PLATFORM', `No packages are chosen for the platform "${platform}".`, {
    facts: {
      got: platform,
      expected: ['linux-x86_64', 'linux-arm64', 'darwin-arm64', 'darwin-x86_64', 'windows-x86_64', 'windows-arm64'],
    },
  });
}

/** Darwin 20 is macOS 11, and so on to Darwin 24; from Darwin 25 macOS is called after the year that follows. */
export function macosVersion(kernelRelease: string): SystemVersion {
  const kernel = Number.parseInt(kernelRelease, 10);
  if (kernel >= 25) return [kernel + 1, 0];
  return kernel >= 20 ? [kernel - 9, 0] : [10, kernel - 4];
}

/** A higher rank fits better; undefined does not fit at all. `any` is 0, every tag of a system is above it. */
export function rankPlatformTag(tag: string, platform: WheelPlatform): number | undefined {
  if (tag === 'any') return 0;
  switch (platform.system) {
    case 'linux':
      return rankLinuxTag(tag, platform.arch, platform.libc);
    case 'darwin':
      return rankMacTag(tag, platform.arch, platform.version);
    case 'windows':
      return tag === (platform.arch === 'arm64' ? 'win_arm64' : 'win_amd64') ? 1 : undefined;
  }
}

/** Names that stood for a glibc version before PEP 600. */
const OLD_MANYLINUX: Readonly<Record<string, string>> = {
  manylinux1: 'manylinux_2_5',
  manylinux2010: 'manylinux_2_12',
  manylinux2014: 'manylinux_2_17',
};

/** The wheel built against the newest library that this machine has is the one pip takes; a bare `linux_` tag promises least. */
function rankLinuxTag(
  tag: string,
  arch: Host['arch'],
  libc: { readonly family: 'glibc' | 'musl'; readonly version: SystemVersion },
): number | undefined {
  const suffix = arch === 'arm64' ? '_aarch64' : '_x86_64';
  if (!tag.endsWith(suffix)) return undefined;
  const system = tag.slice(0, -suffix.length);
  if (system === 'linux') return 1;
  const [, family, major, minor] = /^(many|musl)linux_(\d+)_(\d+)$/.exec(OLD_MANYLINUX[system] ?? system) ?? [];
  if (family !== (libc.family === 'glibc' ? 'many' : 'musl')) return undefined;
  return rankVersion([Number(major), Number(minor)], libc.version);
}

const MAC_ARCHES: Readonly<Record<Host['arch'], readonly string[]>> = {
  arm64: ['arm64', 'universal2'],
  x86_64: ['x86_64', 'universal2', 'intel', 'fat64', 'fat3', 'universal'],
};

function rankMacTag(tag: string, arch: Host['arch'], version: SystemVersion): number | undefined {
  const [, major, minor, tagArch = ''] = /^macosx_(\d+)_(\d+)_(\w+)$/.exec(tag) ?? [];
  const preference = MAC_ARCHES[arch].indexOf(tagArch);
  const rank = preference === -1 ? undefined : rankVersion([Number(major), Number(minor)], version);
  return rank === undefined ? undefined : rank - preference / 10;
}

/** Above 1, higher for a newer need; undefined when the machine is older than what is needed. */
function rankVersion([major, minor]: SystemVersion, [hasMajor, hasMinor]: SystemVersion): number | undefined {
  if (major > hasMajor || (major === hasMajor && minor > hasMinor)) return undefined;
  return 2 + major * 1000 + minor;
}

interface NodeReport {
  readonly header: { readonly glibcVersionRuntime?: string };
}

function glibcVersion(): SystemVersion | undefined {
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork?: boolean };
  // Without this the report looks up the names of all open connections, which can take seconds.
  const excluded = report.excludeNetwork;
  report.excludeNetwork = true;
  try {
    const { header } = report.getReport() as unknown as NodeReport;
    const [, major, minor] = /^(\d+)\.(\d+)/.exec(header.glibcVersionRuntime ?? '') ?? [];
    return major === undefined ? undefined : [Number(major), Number(minor)];
  } finally {
    if (excluded !== undefined) report.excludeNetwork = excluded;
  }
}
