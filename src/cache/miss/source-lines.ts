import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { patiently } from '../../support/patiently.js';
import type { SourceFile } from './miss-subject.js';

/** Bytes of one file, and characters of all together, that are worth keeping only to name a line. */
const LARGEST_TEXT = 128 * 1024;
const LARGEST_SUM = 512 * 1024;

/** The digests of a file's lines: enough to tell which have changed, and no text, in which there may be secrets. */
export type LineDigests = readonly string[];

/** The lines of files by the files' digests; without files too large, that are no text, or no longer what they were. */
export async function readSourceLines(files: readonly SourceFile[]): Promise<Readonly<Record<string, LineDigests>>> {
  const lines: Record<string, LineDigests> = {};
  let room = LARGEST_SUM;
  for (const file of files) {
    const text = textOf(file.content ?? (await readUnchanged(file)));
    if (text === undefined || text.length > room) continue;
    room -= text.length;
    lines[file.digest] = digestsOf(text);
  }
  return lines;
}

/** So short that a text cannot be found by them; that two lines of a file have the same is no harm. */
const HEX_DIGITS = 8;

export function digestsOf(text: string): LineDigests {
  return text.split('\n').map((line) => createHash('sha256').update(line).digest('hex').slice(0, HEX_DIGITS));
}

function textOf(content: Uint8Array | undefined): string | undefined {
  if (content === undefined || content.length > LARGEST_TEXT || content.includes(0)) return undefined;
  return Buffer.from(content).toString('utf8');
}

async function readUnchanged({ path, digest }: SourceFile): Promise<Buffer | undefined> {
  try {
    if (statSync(path).size > LARGEST_TEXT) return undefined;
    const content = await patiently(() => readFileSync(path));
    return createHash('sha256').update(content).digest('hex') === digest ? content : undefined;
  } catch {
    // It helps to explain; nothing depends on it.
    return undefined;
  }
}
