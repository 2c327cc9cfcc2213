import { hasCode, messageOf } from '../errors/index.js';
import type { Phase } from '../events/index.js';
import { patiently } from '../support/patiently.js';
import { claimName, newClaim, type Claim } from './claim.js';
import { ClaimAttempt } from './claim-attempt.js';
import { claimFileSystem, type ClaimFileSystem } from './claim-file-system.js';
import { LateHeartbeat } from './late-heartbeat.js';
import { lockPaths, type LockPaths } from './layout.js';
import { Lifeline } from './lifeline.js';
import { LockPauses } from './lock-pauses.js';
import { dropClaim } from './lock-folder.js';
import type { LockReply, LockRequest, LockWorkerData } from './lock-messages.js';
import { announceNews } from './lock-watch.js';
import { recordText, removeOwnerRecord, writeOwnerRecord, type Holder, type OwnerRecord } from './owner-record.js';
import { Pause } from './pause.js';
import { WaitReports } from './wait-reports.js';
import { identifyProcess, type ProcessIdentity } from './process-identity.js';

/** Keeps the heartbeat of a lock that is ours (through `files`), until the returned function is called, which frees it. */
export type KeepHeartbeat = (
  lockFolder: string,
  options: {
    readonly token: string;
    readonly staleMs: number;
    readonly files: ClaimFileSystem;
    readonly onLost: () => void;
  },
) => Promise<() => Promise<void>>;

type LockCommand = Extract<LockRequest, { kind: 'lock' }>;

/** Well before the first one is due: of the shortest time of silence that is allowed, it is a quarter. */
const FIRST_HEARTBEAT_MS = 500;

/** One try to get a lock, of those of one acquisition. */
interface Way {
  readonly paths: LockPaths;
  readonly claim: Claim;
  readonly attempt: ClaimAttempt;
  /** As it stands in the claim if the lock is free. */
  readonly record: OwnerRecord;
  readonly started: number;
  readonly hasWaited: boolean;
}

interface Held {
  readonly name: string;
  readonly paths: LockPaths;
  readonly claim: Claim;
  readonly heartbeat: LateHeartbeat;
  record: OwnerRecord;
  /** From then on the owner record may be that of the next holder. */
  lost: boolean;
}

/** All locks that one cache of one process waits for or holds. Lives in the worker thread. */
export class LockSession {
  readonly #self: ProcessIdentity;
  readonly #waiting = new Map<number, { readonly name: string; readonly pause: Pause }>();
  readonly #held = new Map<number, Held>();
  readonly #acquiring = new Set<Promise<void>>();
  #lifeline: Lifeline | undefined;

  constructor(
    private readonly settings: LockWorkerData,
    private readonly keepHeartbeat: KeepHeartbeat,
    private readonly reply: (message: LockReply) => void,
  ) {
    this.#self = identifyProcess(settings.pid);
  }

  /** Obeys one request; failures are replies, so this never rejects. */
  async handle(request: Exclude<LockRequest, { kind: 'close' }>): Promise<void> {
    switch (request.kind) {
      case 'lock':
        return this.#track(this.#acquire(request));
      case 'cancel':
        this.#waiting.get(request.id)?.pause.cancel();
        return;
      case 'phase':
        this.#setPhase(request.id, request.phase);
        return;
      case 'release':
        return this.#release(request.id);
    }
  }

  /** Ends all waiting and frees all locks. */
  async close(): Promise<void> {
    for (const { pause } of this.#waiting.values()) pause.cancel();
    // One of them may be just about to get its lock.
    await Promise.all(this.#acquiring);
    await Promise.all([...this.#held.keys()].map((id) => this.#release(id)));
    this.#lifeline?.[Symbol.dispose]();
  }

  async #track(acquisition: Promise<void>): Promise<void> {
    this.#acquiring.add(acquisition);
    await acquisition;
    this.#acquiring.delete(acquisition);
  }

  async #acquire(command: LockCommand): Promise<void> {
    const pause = new Pause();
    this.#waiting.set(command.id, { name: command.name, pause });
    try {
      await this.#waitForLock(command, pause);
    } catch (error) {
      const code = hasCode(error, ...CODES_WORTH_TELLING) ? String((error as { code: unknown }).code) : undefined;
      this.reply({ kind: 'failed', id: command.id, failure: { code, message: messageOf(error) } });
    } finally {
      this.#waiting.delete(command.id);
    }
  }

  async #waitForLock(command: LockCommand, pause: Pause): Promise<void> {
    const started = performance.now();
    const claim = newClaim(this.#self);
    const paths = lockPaths(this.settings.locks, command.name);
    const record = this.#recordOf(command, claim, paths);
    const own = { name: claimName(claim), record: recordText(record) };
    const attempt = new ClaimAttempt(paths, own, this.#self, this.settings.staleMs);
    using pauses = new LockPauses(paths.folder, pause);
    let busy: Holder | undefined;
    const reports = new WaitReports();
    for (;;) {
      if (pause.cancelled) {
        this.reply({ kind: 'cancelled', id: command.id });
        return;
      }
      // The first look mostly finds the lock free, so nothing is prepared for it.
      if (busy) pauses.beforeLook();
      busy =
        (busy && attempt.certainHolder()) ??
        (await this.#tryOnce(command, { paths, claim, attempt, record, started, hasWaited: busy !== undefined }));
      if (!busy) return;
      const waitedMs = Math.round(performance.now() - started);
      const remainingMs = (command.timeoutMs ?? Infinity) - waitedMs;
      if (remainingMs <= 0) {
        this.reply({ kind: 'timed-out', id: command.id, owner: busy.owner, waitedMs });
        return;
      }
      if (reports.isDue(busy.owner, waitedMs)) {
        this.reply({ kind: 'waiting', id: command.id, owner: busy.owner, waitedMs });
      }
      await pauses.wait(Math.min(remainingMs, reports.untilDue(waitedMs)), {
        isOfThisMachine: busy.owner?.host === this.#self.host,
        lifeline: busy.lifeline,
      });
    }
  }

  /** @returns who holds the lock; undefined when it is ours now */
  async #tryOnce(command: LockCommand, way: Way): Promise<Holder | undefined> {
    const { paths, claim, record } = way;
    const outcome = await patiently(() => way.attempt.try());
    if (outcome.kind === 'busy') return { owner: outcome.owner, lifeline: undefined };
    const { takeover, previousOwner } = outcome;
    // A claim that was taken over has the time of the last beat of somebody else.
    const heartbeat = this.#heartbeatOf(command.id, way, takeover === 'none' ? FIRST_HEARTBEAT_MS : 0);
    this.#held.set(command.id, { name: command.name, paths, claim, heartbeat, record, lost: false });
    // What stands in the claim is another's, or tells the time at which the waiting began.
    if (way.hasWaited || takeover !== 'none') this.#describe(command.id, { since: Date.now() });
    const waitedMs = Math.round(performance.now() - way.started);
    this.reply({ kind: 'held', id: command.id, waitedMs, claimName: claimName(claim), takeover, previousOwner });
    return undefined;
  }

  #heartbeatOf(id: number, { paths, claim }: Way, afterMs: number): LateHeartbeat {
    const onLost = (): void => {
      this.#onLost(id);
    };
    const { token } = claim;
    const files = claimFileSystem(paths, claimName(claim));
    return new LateHeartbeat({
      begin: () => this.keepHeartbeat(paths.folder, { token, staleMs: this.settings.staleMs, files, onLost }),
      free: () => {
        dropClaim(paths, claimName(claim));
      },
      onLost,
      afterMs,
    });
  }

  #onLost(id: number): void {
    const held = this.#held.get(id);
    if (held) held.lost = true;
    this.reply({ kind: 'lost', id });
  }

  /** What this process tells of itself to those who will wait for it. */
  #recordOf({ logFile }: LockCommand, claim: Claim, paths: LockPaths): OwnerRecord {
    const lifeline = this.#lifelineAt(paths.prepared(`${claimName(claim)}.lifeline`));
    return { token: claim.token, since: Date.now(), phase: null, logFile, lifeline };
  }

  /** The number of the lifeline, which is made at `path` when there is none yet. */
  #lifelineAt(path: string): number | null {
    if (!this.settings.hasLifeline) return null;
    this.#lifeline ??= new Lifeline(path);
    return this.#lifeline.descriptor;
  }

  #setPhase(id: number, phase: Phase): void {
    this.#describe(id, { phase });
    const held = this.#held.get(id);
    if (held && !held.lost) announceNews(held.paths.folder);
  }

  #describe(id: number, change: Partial<OwnerRecord>): void {
    const held = this.#held.get(id);
    if (!held || held.lost) return;
    held.record = { ...held.record, ...change };
    writeOwnerRecord(held.paths, held.claim, held.record);
  }

  async #release(id: number): Promise<void> {
    const held = this.#held.get(id);
    if (held) {
      this.#held.delete(id);
      await free(held);
      for (const { name, pause } of this.#waiting.values()) if (name === held.name) pause.wake();
    }
    this.reply({ kind: 'released', id });
  }
}

/** A lock that cannot be freed is left to those who find its holder gone. */
async function free({ paths, claim, lost, heartbeat }: Held): Promise<void> {
  // Before the lock, else it could be the next holder's.
  if (!lost) removeOwnerRecord(paths);
  await heartbeat.end().catch(() => undefined);
  // Once lost, the heartbeat no longer looks after the claim; it may still be there if only its disk failed.
  if (lost) dropIfPossible(paths, claimName(claim));
}

function dropIfPossible(paths: LockPaths, name: string): void {
  try {
    dropClaim(paths, name);
  } catch {
    // See above.
  }
}

/** What src/cache/failure.ts has words for; anything else is a bug. */
const CODES_WORTH_TELLING = [
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOSPC',
  'EDQUOT',
  'EIO',
  'ENOTDIR',
  'EMFILE',
  'ENFILE',
  'ENAMETOOLONG',
  'ENOENT',
];
