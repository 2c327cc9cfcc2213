import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPeers } from '../peers/find-peers.mjs';
import { cleanEnvironment, removeFolder } from '../trivial-project.mjs';
import { createTimer } from './time-command.mjs';

/**
 * What a measurement is given: `peers` by name, `time(run)` for a command, `folder(name)` for a new empty folder with an
 * environment whose home it is, and `say(text)` for people who wait.
 */
export async function createContext({ scratch: parent = tmpdir() }) {
  const scratch = await mkdtemp(join(parent, 'fettle-bench-'));
  let count = 0;
  return {
    scratch,
    peers: await findPeers(),
    time: createTimer(scratch),
    say: (text) => process.stderr.write(`${text}\n`),
    folder: async (name) => {
      const folder = join(scratch, `${(count += 1)}-${name}`);
      await mkdir(folder);
      return { folder, env: cleanEnvironment(folder) };
    },
    /** Writes what is still to be written, and removes the folder if room is short; either would slow down who comes next. */
    settle: async ({ folder }) => {
      if (await isShortOfRoom(scratch)) await removeFolder(folder);
      spawnSync('sync');
    },
    close: () => removeFolder(scratch),
  };
}

/** Bytes that stay free. */
const ROOM = 16e9;

/**
 * What was measured is removed at the end: where many files were just removed, ext4 takes long to make others, since it looks
 * through all of their inodes and does not use them again for some minutes.
 */
async function isShortOfRoom(folder) {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize < ROOM;
}
