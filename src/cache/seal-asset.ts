import { countNotes, KnownDigests } from '../support/file-digests.js';
import type { Durability } from './durable-file.js';
import { writeFingerprint } from './fingerprint.js';
import { flushAll } from './flush-all.js';
import { sealFilesInLine } from './seal-files.js';
import type { SealCommand, SealedAsset, SealedSums, SealThreads } from './seal-command.js';
import { sealSmallTree, sealTree, type SealedTree, type Sealing } from './seal.js';
import type { Unflushed } from './unflushed.js';

/** Fewer are done before a thread has started. */
const WORTH_A_THREAD = { files: 256, bytes: 8 * 1024 * 1024 };

/**
 * Seals an asset and writes its inventory beside it: in a thread where that is worth it, which also puts all of it on the
 * disk, unless the whole file system is flushed faster. Else that is left to the caller, who can do it together with what
 * else must be there.
 * @throws FettleError E_FILE when the asset is no folder
 */
export function sealAsset(command: Omit<SealCommand, 'fsync'>, durability: Durability): Promise<SealedAsset> {
  const { seals, threads } = durability;
  const seal = async (): Promise<SealedAsset> => {
    if (!threads) return sealAndList(command, durability);
    // What was unpacked has a note for each file, so a large archive need not be looked at twice.
    const mayBeSmall = countNotes(command.notes) < WORTH_A_THREAD.files;
    const small = mayBeSmall ? await sealSmall(command, durability) : undefined;
    return small ?? sealLarge(command, durability, threads);
  };
  return seals ? seals.run(seal) : seal();
}

async function sealSmall(
  command: Omit<SealCommand, 'fsync'>,
  durability: Durability,
): Promise<SealedAsset | undefined> {
  const sealed = await sealSmallTree(command.asset, sealingOf(command, durability), WORTH_A_THREAD);
  return sealed && list(command.fingerprint, sealed);
}

async function sealLarge(
  command: Omit<SealCommand, 'fsync'>,
  { fsync, fileSystems }: Durability,
  threads: SealThreads,
): Promise<SealedAsset> {
  const { asset, fingerprint } = command;
  const isLeft = fsync && (await fileSystems?.isWorthwhile(asset)) === true;
  const sums = await threads.seal({ ...command, fsync: fsync && !isLeft });
  return { ...sums, unflushed: isLeft ? { files: [fingerprint], folders: [], tree: asset } : NOTHING };
}

const NOTHING: Unflushed = { files: [], folders: [] };

/** What a thread does when it is told to seal. */
export async function sealInThread(command: SealCommand): Promise<SealedSums> {
  const { fsync } = command;
  const { unflushed, ...sums } = await sealAndList(command, { fsync, sealFiles: sealFilesInLine });
  await flushAll(unflushed, { fsync });
  return sums;
}

async function sealAndList(command: Omit<SealCommand, 'fsync'>, sealing: Sealing): Promise<SealedAsset> {
  return list(command.fingerprint, await sealTree(command.asset, sealingOf(command, sealing)));
}

function sealingOf({ notes }: Omit<SealCommand, 'fsync'>, sealing: Sealing): Sealing {
  return { ...sealing, known: new KnownDigests(notes) };
}

async function list(fingerprint: string, { lines, bytes, files, unflushed }: SealedTree): Promise<SealedAsset> {
  await writeFingerprint(fingerprint, lines);
  return { bytes, files, unflushed: { ...unflushed, files: [...unflushed.files, fingerprint] } };
}
