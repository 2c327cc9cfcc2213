import { chmod, open, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isNameOfDead, ownName } from '../cache/index.js';
import { FettleError, hasCode, messageOf } from '../errors/index.js';
import { processId } from '../host/index.js';

const SUFFIX = '.tmp';
const ATTEMPTS = 100;
const LONGEST_PAUSE_MS = 50;

/** Makes the new content of a file from what it holds; undefined leaves it as it is. It may be called again. */
type Change = (before: Uint8Array) => Uint8Array | undefined;

/**
 * Changes a file that people write too. It is replaced at once, with the mode it had, behind the link that leads to it.
 * Of two such edits at the same time the second works on what the first has written; a file that somebody else changes
 * meanwhile is read again, so that nothing is lost.
 * @returns whether the content has changed
 * @throws FettleError E_FILE, E_DISK_FULL; what `change` throws
 */
export async function editFile(path: string, change: Change): Promise<boolean> {
  const file = await realpath(path).catch((error: unknown) => {
    throw notWritten(path, error);
  });
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const outcome = await tryToEdit(file, change);
    if (outcome !== 'disturbed') return outcome === 'changed';
    await pause(Math.ceil(Math.random() * LONGEST_PAUSE_MS));
  }
  throw new FettleError('E_FILE', `${path} is being changed by others all the time.`, {
    facts: { path },
    hint: 'Nothing was written. Run the command again when they are done.',
  });
}

type Outcome = 'changed' | 'unchanged' | 'disturbed';

/**
 * The draft tells other edits that one is going on: whoever sees the draft of another takes back their own. It ends by
 * becoming the file, so whoever sees none of another reads what that one has written.
 */
async function tryToEdit(file: string, change: Change): Promise<Outcome> {
  const draft = `${file}.${ownName(processId())}${SUFFIX}`;
  try {
    const { mode } = await stat(file);
    await writeFile(draft, '', { flag: 'wx', mode: mode & 0o777 });
    if (await isEditedByOthers(file, draft)) return 'disturbed';
    const before = await readFile(file);
    const after = change(before);
    if (!after || Buffer.compare(after, before) === 0) return 'unchanged';
    await writeDurably(draft, after);
    await chmod(draft, mode & 0o7777);
    if (Buffer.compare(await readFile(file), before) !== 0) return 'disturbed';
    await rename(draft, file);
    return 'changed';
  } catch (error) {
    throw isOfTheSystem(error) ? notWritten(file, error) : error;
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

/** On the disk before it takes the place of the old content: a power cut must not leave an empty file. */
async function writeDurably(file: string, content: Uint8Array): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isOfTheSystem(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'syscall' in error;
}

/** Drafts of processes that were killed are no edits; they are removed. */
async function isEditedByOthers(file: string, own: string): Promise<boolean> {
  const prefix = `${basename(file)}.`;
  const drafts = (await readdir(dirname(file))).filter((name) => name.startsWith(prefix) && name.endsWith(SUFFIX));
  const others = drafts.filter((name) => name !== basename(own));
  const isDead = (name: string) => isNameOfDead(name.slice(prefix.length, -SUFFIX.length), processId());
  for (const name of others.filter(isDead)) await rm(join(dirname(file), name), { force: true });
  return others.some((name) => !isDead(name));
}

function notWritten(path: string, cause: unknown): FettleError {
  const code = hasCode(cause, 'ENOSPC', 'EDQUOT') ? 'E_DISK_FULL' : 'E_FILE';
  return new FettleError(code, `${path} could not be changed: ${messageOf(cause)}`, {
    facts: { path },
    hint: 'See that the file and its folder are writable and that the disk has room.',
    cause,
  });
}
