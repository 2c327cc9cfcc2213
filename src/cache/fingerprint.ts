import { writeDurably, type Durability } from './durable-file.js';
import type { FingerprintLine } from './seal.js';

const FINGERPRINT_VERSION = 1;

/** Writes the inventory of an asset beside it: one array, a line for each file, so that it can be read with any tool. */
export async function writeFingerprint(
  path: string,
  lines: readonly FingerprintLine[],
  durability: Durability,
): Promise<void> {
  const body = lines.map((line) => JSON.stringify(line)).join(',\n');
  await writeDurably(path, `{"version":${FINGERPRINT_VERSION},"files":[\n${body}\n]}\n`, durability, 'w');
}
