import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { KnownDigests } from '../support/file-digests.js';
import { flushAll, type Durability } from './durable-file.js';
import { writeFingerprint } from './fingerprint.js';
import { sealFilesInLine } from './seal-files.js';
import type { SealCommand, SealedAsset, SealedSums } from './seal-command.js';
import { sealTree, type Sealing } from './seal.js';
import type { Unflushed } from './unflushed.js';

/** Fewer files and bytes are done before a thread has started. */
const WORTHWHILE_FILES = 256;
const WORTHWHILE_BYTES = 8 * 1024 * 1024;

/**
 * Seals an asset and writes its inventory beside it: in a thread where that is worth it, which also puts all of it on the
 * disk. Else that is left to the caller, who can do it together with what else must be there.
 * @throws FettleError E_FILE when the asset is no folder
 */
export function sealAsset(command: Omit<SealCommand, 'fsync'>, durability: Durability): Promise<SealedAsset> {
  const { seals, threads, fsync } = durability;
  const seal = async (): Promise<SealedAsset> =>
    threads && isWorthAThread(command.asset)
      ? { ...(await threads.seal({ ...command, fsync })), unflushed: NOTHING }
      : sealAndList(command, durability);
  return seals ? seals.run(seal) : seal();
}

const NOTHING: Unflushed = { files: [], folders: [] };

/** What a thread does when it is told to seal. */
export async function sealInThread(command: SealCommand): Promise<SealedSums> {
  const { fsync } = command;
  const { unflushed, ...sums } = await sealAndList(command, { fsync, sealFiles: sealFilesInLine });
  await flushAll(unflushed, { fsync });
  return sums;
}

async function sealAndList(
  { asset, fingerprint, notes }: Omit<SealCommand, 'fsync'>,
  sealing: Sealing,
): Promise<SealedAsset> {
  const { lines, bytes, files, unflushed } = await sealTree(asset, { ...sealing, known: new KnownDigests(notes) });
  await writeFingerprint(fingerprint, lines);
  return { bytes, files, unflushed: { ...unflushed, files: [...unflushed.files, fingerprint] } };
}

/** Looks only as far as it must. What cannot be looked at is left to sealing, which says what is wrong. */
function isWorthAThread(root: string): boolean {
  const folders = [root];
  let files = 0;
  let bytes = 0;
  try {
    for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
      for (const child of readdirSync(folder, { withFileTypes: true })) {
        const path = join(folder, child.name);
        if (child.isDirectory()) folders.push(path);
        if (!child.isFile()) continue;
        files += 1;
        bytes += lstatSync(path).size;
        if (files >= WORTHWHILE_FILES || bytes >= WORTHWHILE_BYTES) return true;
      }
    }
  } catch {
    return false;
  }
  return false;
}
