import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { digestFile } from './digests.js';
import type { Arrival, Arrived } from './transport.js';

/** The file of an earlier attempt, when it is the expected one. Without an expected digest nobody can tell. */
export async function findReusable(arrival: Arrival): Promise<Arrived | undefined> {
  const { expected, directory, fileName } = arrival;
  if (!expected) return undefined;
  const file = join(directory, fileName);
  try {
    const found = await lstat(file);
    if (!found.isFile()) return undefined;
    const digests = await digestFile(file, expected);
    return digests.hex(expected.algorithm) === expected.value
      ? { bytes: found.size, digest: digests.hex('sha256') }
      : undefined;
  } catch {
    // Whatever stands there and cannot be read is replaced.
    return undefined;
  }
}
