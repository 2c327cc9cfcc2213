import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { SourceFile } from './miss-subject.js';

/** Bytes of one file and of all together that are worth keeping only to name a line. */
const LARGEST_TEXT = 128 * 1024;
const LARGEST_SUM = 512 * 1024;

/** The texts of files by their digests; without those that are too large, no text, or no longer what they were. */
export async function readSourceTexts(files: readonly SourceFile[]): Promise<Readonly<Record<string, string>>> {
  const texts: Record<string, string> = {};
  let room = LARGEST_SUM;
  for (const file of files) {
    const content = await readUnchanged(file);
    if (content === undefined || content.length > room) continue;
    room -= content.length;
    texts[file.digest] = content.toString('utf8');
  }
  return texts;
}

async function readUnchanged({ path, digest }: SourceFile): Promise<Buffer | undefined> {
  try {
    if ((await stat(path)).size > LARGEST_TEXT) return undefined;
    const content = await readFile(path);
    const isText = !content.includes(0);
    return isText && createHash('sha256').update(content).digest('hex') === digest ? content : undefined;
  } catch {
    // It helps to explain; nothing depends on it.
    return undefined;
  }
}
