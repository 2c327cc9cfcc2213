// Loaded before the command (NODE_OPTIONS=--require): writes down every operation that changes files below some folders,
// in all threads together, with what the disk shows right after it.
const childProcess = require('node:child_process');
const { lstatSync, openSync, readdirSync, readFileSync, readlinkSync, writeSync } = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');
const { basename, join } = require('node:path');
const { getEnvironmentData, isMainThread, setEnvironmentData } = require('node:worker_threads');
const { observeFiles } = require('./observe-files.cjs');

const { POWER_CUT_FOLDERS, POWER_CUT_LOG } = process.env;
const folders = JSON.parse(POWER_CUT_FOLDERS ?? '[]');
const log = openSync(POWER_CUT_LOG, 'a');

/** One clock for the main thread and the thread of the locks. */
if (isMainThread) setEnvironmentData('power-cut', new SharedArrayBuffer(4));
const clock = new Int32Array(getEnvironmentData('power-cut'));

/** Looking is an operation itself, which nobody wants to see. */
let isLooking = false;

const ONLY_LOOKS =
  /^(access|exists|f?statfs|l?stat|fstat|stat|read|readdir|readFile|readlink|readv|realpath|close|opendir|utimes|lutimes|futimes)$/;
const FLUSHES = /^(fsync|fdatasync|sync|datasync)$/;
/** These are told by their two paths alone. */
const MOVES = /^(rename|link)$/;

observeFiles(isWatched, (name, paths) => {
  if (ONLY_LOOKS.test(name)) return () => undefined;
  const started = Atomics.add(clock, 0, 1) + 1;
  return (succeeded) => {
    // A removal that failed may have removed some of what it was to remove.
    if (!succeeded && name !== 'rm') return;
    const seen = MOVES.test(name) ? [] : paths.map(look);
    const ended = Atomics.add(clock, 0, 1) + 1;
    const record = { started, ended, kind: kindOf(name), name, paths, seen };
    writeSync(log, `${JSON.stringify(record)}\n`);
  };
});

/** A program that flushes a whole file system: `sync -f PLACE`. */
const { spawn } = childProcess;
childProcess.spawn = (program, args, ...rest) => {
  const isFlush = basename(program) === 'sync' && args?.[0] === '-f';
  const started = isFlush ? Atomics.add(clock, 0, 1) + 1 : 0;
  const child = spawn(program, args, ...rest);
  if (!isFlush) return child;
  child.once('exit', (code) => {
    if (code !== 0) return;
    const seen = folders.map(look);
    const ended = Atomics.add(clock, 0, 1) + 1;
    writeSync(log, `${JSON.stringify({ started, ended, kind: 'flush', name: 'syncfs', paths: [args[1]], seen })}\n`);
  });
  return child;
};
syncBuiltinESMExports();

function isWatched(path) {
  if (isLooking) return false;
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

function kindOf(name) {
  if (FLUSHES.test(name)) return 'flush';
  return MOVES.test(name) ? name : 'change';
}

function look(path) {
  isLooking = true;
  try {
    return { path, nodes: scan(path) };
  } finally {
    isLooking = false;
  }
}

/** `path` and all below it: [relative path, kind, mode, content]. Empty when nothing is there. */
function scan(path, relative = '') {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return [];
  const mode = stats.mode & 0o7777;
  if (stats.isSymbolicLink()) return [[relative, 'symlink', mode, readlinkSync(path)]];
  if (stats.isFile()) return [[relative, 'file', mode, readFileSync(path).toString('base64')]];
  // To read a pipe would wait for somebody who writes to it.
  if (!stats.isDirectory()) return [];
  const children = readdirSync(path).flatMap((name) =>
    scan(join(path, name), relative === '' ? name : `${relative}/${name}`),
  );
  return [[relative, 'folder', mode, ''], ...children];
}
