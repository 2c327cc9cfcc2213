import { readFile } from 'node:fs/promises';
import { arch, cpus, release, totalmem, type } from 'node:os';
import { runCommand } from './time-command.mjs';
import { renderMarkdown } from './tables.mjs';

/** What the numbers depend on, as a table. */
export async function describeMachine(scratch) {
  const processors = cpus();
  return renderMarkdown([
    ['machine', ''],
    ['processors', `${processors.length}, ${processors[0]?.model.trim() ?? 'unknown'}`],
    ['memory', `${(totalmem() / 1e9).toFixed(0)} GB`],
    ['system', `${type()} ${release().split('-')[0]}, ${arch()}`],
    ['file system of the measurements', await fileSystemOf(scratch)],
    ['Node.js', process.version],
    ['load before the run', await loadBefore()],
  ]);
}

async function fileSystemOf(folder) {
  const output = await runCommand({ command: ['df', '-T', folder] }).catch(() => '');
  return output.trim().split('\n').at(-1)?.trim().split(/\s+/)[1] ?? 'unknown';
}

/** Processes that wanted to run, in the minute before: numbers of a busy machine say less. */
async function loadBefore() {
  return readFile('/proc/loadavg', 'utf8').then(
    (text) => text.split(' ')[0],
    () => 'unknown',
  );
}
