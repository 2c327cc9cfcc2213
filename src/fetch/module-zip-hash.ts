import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type { Entry, ZipFile } from 'yauzl';

/**
 * Go's hash of a module zip (`h1`): of a list of the names in it, sorted, each after the SHA-256 of its content.
 * Source: https://pkg.go.dev/golang.org/x/mod/sumdb/dirhash
 * @returns lower-case hex; empty when the file is no zip, or a damaged one: it has no such hash then
 */
export async function hashModuleZip(path: string): Promise<string> {
  const yauzl = await import('yauzl');
  try {
    const zip = await yauzl.openPromise(path, { lazyEntries: true, autoClose: false, decodeStrings: true });
    try {
      return await hashEntries(zip);
    } finally {
      zip.close();
    }
  } catch {
    return '';
  }
}

async function hashEntries(zip: ZipFile): Promise<string> {
  const digests = new Map<string, string>();
  for await (const entry of zip.eachEntry()) {
    if (digests.has(entry.fileName) || entry.fileName.includes('\n')) throw new Error('not a module');
    digests.set(entry.fileName, await hashEntry(zip, entry));
  }
  const names = [...digests.keys()].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
  const list = createHash('sha256');
  for (const name of names) list.update(`${digests.get(name) ?? ''}  ${name}\n`);
  return list.digest('hex');
}

async function hashEntry(zip: ZipFile, entry: Entry): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(await zip.openReadStreamPromise(entry), hash);
  return hash.digest('hex');
}
