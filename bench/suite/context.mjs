import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp } from 'node:fs/promises';
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
    /** Removes the folder, and writes what is still to be written, which would else slow down who comes next. */
    settle: async ({ folder }) => {
      await removeFolder(folder);
      spawnSync('sync');
    },
    close: () => removeFolder(scratch),
  };
}
