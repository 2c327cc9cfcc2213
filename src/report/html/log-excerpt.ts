import { open } from 'node:fs/promises';
import { messageOf } from '../../errors/index.js';
import { OutputLines } from '../output-lines.js';
import type { PackageStory } from './run-story.js';

/** Bytes of the end of a log that are shown, of failures and of others. */
const MOST_OF_A_FAILURE = 256 * 1024;
const MOST_OF_ANOTHER = 32 * 1024;
/** Bytes of all logs in one report: browsers must be able to open it. */
const MOST_OF_ALL = 12 * 1024 * 1024;

/** The end of a log, or why it cannot be shown. */
export interface LogExcerpt {
  readonly text: string;
  readonly leftOutBytes: number;
  readonly problem: string | null;
}

/** The ends of the logs of a run by package; those of failures come first where not all have room. */
export async function logExcerpts(packages: readonly PackageStory[]): Promise<ReadonlyMap<string, LogExcerpt>> {
  const excerpts = new Map<string, LogExcerpt>();
  let room = MOST_OF_ALL;
  const isFailed = ({ status }: PackageStory): boolean => status === 'failed';
  for (const { id, logFile, status } of [...packages].sort(
    (one, other) => Number(isFailed(other)) - Number(isFailed(one)),
  )) {
    if (logFile === null) continue;
    const excerpt = await endOf(logFile, Math.min(room, status === 'failed' ? MOST_OF_A_FAILURE : MOST_OF_ANOTHER));
    room -= Buffer.byteLength(excerpt.text);
    excerpts.set(id, excerpt);
  }
  return excerpts;
}

async function endOf(file: string, most: number): Promise<LogExcerpt> {
  try {
    await using handle = await open(file, 'r');
    const { size } = await handle.stat();
    const length = Math.max(0, Math.min(size, most));
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return { text: linesOf(buffer.subarray(0, bytesRead)), leftOutBytes: size - length, problem: null };
  } catch (error) {
    return { text: '', leftOutBytes: 0, problem: messageOf(error) };
  }
}

/** As a terminal would have shown it in the end: no colours, no progress bars that draw over themselves. */
function linesOf(bytes: Uint8Array): string {
  const lines: string[] = [];
  const output = new OutputLines((line) => lines.push(line));
  output.push(bytes);
  output.flush();
  return lines.join('\n');
}
