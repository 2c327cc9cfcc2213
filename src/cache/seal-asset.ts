import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { KnownDigests } from '../support/file-digests.js';
import type { Durability } from './durable-file.js';
import { writeFingerprint } from './fingerprint.js';
import { sealFilesInLine } from './seal-files.js';
import type { SealCommand, SealedSums } from './seal-command.js';
import { sealTree, type Sealing } from './seal.js';

/** Fewer files and bytes are done before a thread has started. */
const WORTHWHILE_FILES = 256;
const WORTHWHILE_BYTES = 8 * 1024 * 1024;

/**
 * Seals an asset and writes its inventory beside it: in a thread where that is worth it.
 * @throws FettleError E_FILE when the asset is no folder
 */
export function sealAsset(command: Omit<SealCommand, 'fsync'>, durability: Durability): Promise<SealedSums> {
  const { seals, threads, fsync } = durability;
  const seal = (): Promise<SealedSums> =>
    threads && isWorthAThread(command.asset)
      ? threads.seal({ ...command, fsync })
      : sealAndList({ ...command, fsync }, durability);
  return seals ? seals.run(seal) : seal();
}

/** What a thread does when it is told to seal. */
export function sealInThread(command: SealCommand): Promise<SealedSums> {
  return sealAndList(command, { fsync: command.fsync, sealFiles: sealFilesInLine });
}

async function sealAndList({ asset, fingerprint, notes }: SealCommand, sealing: Sealing): Promise<SealedSums> {
  const { lines, bytes, files } = await sealTree(asset, { ...sealing, known: new KnownDigests(notes) });
  await writeFingerprint(fingerprint, lines, sealing);
  return { bytes, files };
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
