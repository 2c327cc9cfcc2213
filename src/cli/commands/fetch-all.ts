import { lockedPlatforms, type Fetched, type LockUse } from '../../engine/index.js';
import { ERROR_CODES, EXIT, FettleError } from '../../errors/index.js';
import type { Manifest } from '../../manifest/index.js';
import { formatBytes } from '../../support/human-units.js';
import { withProjectLock, type MadeLock } from '../make-lock.js';
import type { Invocation } from '../invocation.js';
import { saveLock } from '../project-lock.js';
import { sayError, sayLog } from '../say.js';

export interface FetchAllOptions {
  readonly platform?: string;
  readonly allPlatforms?: boolean;
  readonly json?: boolean;
}

const PLATFORM = /^(linux|darwin|windows)-(x86_64|arm64)$/;

/**
 * `fettle fetch --all`: completes the lock file and brings all that is declared into the cache, so that the project can
 * be installed without a network.
 */
export async function fetchAll(invocation: Invocation, options: FetchAllOptions): Promise<number> {
  refuseUnknownPlatform(options);
  return withProjectLock(
    invocation,
    () => ({ mode: 'update' }),
    async (made, manifest, fetch) => {
      saveLock(invocation, made.use, made.result);
      const platforms = platformsOf(invocation, manifest, made.use, options);
      const fetched = await fetch(platforms);
      tell(invocation, { made, fetched, platforms }, options);
      return exitCodeOf(made, fetched);
    },
  );
}

function refuseUnknownPlatform({ platform, allPlatforms }: FetchAllOptions): void {
  if (platform !== undefined && allPlatforms === true) {
    throw new FettleError('E_USAGE', '--platform and --all-platforms exclude each other');
  }
  if (platform === undefined || PLATFORM.test(platform)) return;
  throw new FettleError('E_USAGE', `${platform} is no platform`, {
    facts: { got: platform, expected: 'a system and an arch, as linux-x86_64, darwin-arm64 or windows-x86_64' },
  });
}

function platformsOf(
  { host }: Invocation,
  manifest: Manifest,
  use: LockUse,
  { platform, allPlatforms }: FetchAllOptions,
): readonly string[] {
  if (allPlatforms === true) return lockedPlatforms(manifest, use.previous, host);
  return [platform ?? `${host.platform}-${host.arch}`];
}

interface Told {
  readonly made: MadeLock;
  readonly fetched: Fetched;
  readonly platforms: readonly string[];
}

function tell(invocation: Invocation, { fetched, platforms }: Told, { json }: FetchAllOptions): void {
  const { files, bytes, failures, byCode } = fetched;
  for (const { error } of failures) sayError(invocation, error);
  for (const id of byCode) {
    sayLog(invocation, 'warn', `${id} asks for its downloads by code, so they are known only when it is installed`);
  }
  if (json === true) {
    const failed = failures.map(({ id, error }) => ({ package: id, code: error.code, message: error.message }));
    invocation.streams.out(`${JSON.stringify({ platforms, files, bytes, failures: failed, unknown: byCode })}\n`);
    return;
  }
  sayLog(invocation, 'info', `${files} file${files === 1 ? '' : 's'} in the cache (${formatBytes(bytes)})`);
}

/** That of the first failure; what the lock file lacks is one too. */
function exitCodeOf({ result }: MadeLock, { failures }: Fetched): number {
  const [first] = failures;
  if (first) return EXIT[ERROR_CODES[first.error.code].exit];
  return result.gaps.length === 0 ? EXIT.ok : EXIT.network;
}
