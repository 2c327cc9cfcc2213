import { examineCache, type CacheExamination } from '../../cache/index.js';
import { formatBytes, formatDuration } from '../../support/human-units.js';
import { ok, problem, warning, type Finding } from './finding.js';

/** Below this a sync of a few packages may not fit. */
const LITTLE_ROOM = 1_000_000_000;
const NO_ROOM = 50_000_000;
/** A holder gives a sign of life once a second; after so long a silence others take over. */
const SILENCE_MS = 30_000;

const ELSEWHERE = 'Choose another folder with --cache-root or FETTLE_CACHE_ROOT.';

type Lock = CacheExamination['locks'][number];

/** The cache: place, room, file system, locks and what killed processes left. */
export async function checkCache(
  root: string,
  { pid, now }: { pid: number; now: number },
): Promise<readonly Finding[]> {
  const examined = await examineCache(root, pid);
  return [
    checkRoot(root, examined),
    ...checkVersion(examined),
    checkRoom(examined),
    ...checkFileSystem(examined),
    ...checkLocks(examined.locks, now),
    ...checkRemains(examined),
  ];
}

function checkRoot(root: string, { state, nearest, isNearestWritable, trial }: CacheExamination): Finding {
  if (state === 'not a folder') return problem('cache', `${root} is not a folder, or lies below a file`, ELSEWHERE);
  if (state === 'absent') {
    if (isNearestWritable) return ok('cache', `${root} is not there yet; the first sync makes it`);
    return problem('cache', `${root} is not there, and ${nearest} cannot be written to`, ELSEWHERE);
  }
  if (trial?.refused == null) return ok('cache', root);
  const mend = ['ENOSPC', 'EDQUOT'].includes(trial.refused)
    ? 'Make room, for example with "fettle cache gc --older-than 30d".'
    : `Make it writable for you (its owner, its permissions, a read-only mount). ${ELSEWHERE}`;
  return problem('cache', `${root} cannot be written to (${trial.refused})`, mend);
}

function checkVersion({ version, knownVersion }: CacheExamination): readonly Finding[] {
  if (version === null || version === String(knownVersion)) return [];
  const found = `its layout has version ${JSON.stringify(version.slice(0, 20))}, known is ${knownVersion}`;
  return [problem('cache layout', found, `Update fettle. ${ELSEWHERE}`)];
}

function checkRoom({ freeBytes, nearest }: CacheExamination): Finding {
  const found = `${formatBytes(freeBytes)} free in ${nearest}`;
  if (freeBytes >= LITTLE_ROOM) return ok('disk space', found);
  const mend = `Make room, for example with "fettle cache gc --older-than 30d". ${ELSEWHERE}`;
  return (freeBytes < NO_ROOM ? problem : warning)('disk space', found, mend);
}

function checkFileSystem({ network, trial }: CacheExamination): readonly Finding[] {
  const name = 'cache file system';
  const kind = network === null ? 'local, or of a kind the system does not tell' : `${network}, which may be shared`;
  if (trial?.refused !== null) return [ok(name, `${kind}; not tried`)];
  if (trial.broken.length > 0) {
    const found = `${kind}; it is not so that: ${trial.broken.join('; ')}`;
    return [problem(name, found, `It cannot be relied on. ${ELSEWHERE} Best is a local disk.`)];
  }
  const links = trial.hasHardLinks ? 'hard links' : 'no hard links (not needed)';
  const tried = `${kind}; renames, exclusive creation and times are as they must be; ${links}`;
  if (trial.canFlush) return [ok(name, tried)];
  return [
    warning(
      name,
      `${tried}; files cannot be flushed`,
      'A power cut may damage entries; "fettle cache verify" finds them.',
    ),
  ];
}

function checkLocks(locks: readonly Lock[], now: number): readonly Finding[] {
  if (locks.length === 0) return [ok('locks', 'none is held')];
  return locks.map((lock) => checkLock(lock, now));
}

function checkLock({ name, owner, liveness, heartbeat }: Lock, now: number): Finding {
  const holder = owner ? `process ${owner.pid} on ${owner.host}` : 'somebody who is unknown';
  const since = owner ? ` since ${formatDuration(now - owner.since)}` : '';
  const phase = owner?.phase ? ` in ${owner.phase}` : '';
  const found = `${name}: ${holder}${since}${phase}`;
  if (liveness === 'dead') {
    const mend = 'Nothing must be done: the next sync clears it away. "fettle cache gc" does so at once.';
    return warning('stale lock', `${found}; that process is dead`, mend);
  }
  const silence = now - heartbeat;
  if (liveness === 'unknown' && silence > SILENCE_MS) {
    const mend = 'Who needs it takes it over. Look on that machine whether the process hangs.';
    return warning('silent lock', `${found}; no sign of life for ${formatDuration(silence)}`, mend);
  }
  return ok('lock', `${found}${owner?.logFile ? `, log: ${owner.logFile}` : ''}`);
}

function checkRemains({ remains, state }: CacheExamination): readonly Finding[] {
  if (state !== 'present') return [];
  if (remains === 0) return [ok('left-overs', 'none of killed processes')];
  const found = `${remains} of killed processes`;
  return [warning('left-overs', found, 'The next sync clears them away; "fettle cache gc" does so at once.')];
}
