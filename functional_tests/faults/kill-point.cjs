// Loaded before the command (NODE_OPTIONS=--require): numbers every operation on files below some folders, in all
// threads together, and kills the process before or after the one whose number it is given. What it sees is found by
// wrapping every function of node:fs and of its file handles; there is no list of operations to forget one in.
const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');
const { getEnvironmentData, isMainThread, setEnvironmentData } = require('node:worker_threads');

const { KILL_POINT_FOLDERS, KILL_POINT_LOG, KILL_POINT, KILL_POINT_PATTERN, KILL_POINT_SIDE } = process.env;
const folders = JSON.parse(KILL_POINT_FOLDERS ?? '[]');
const target = Number(KILL_POINT ?? 0);
/** Instead of a number, which may be that of another operation in another run. */
const pattern = KILL_POINT_PATTERN ? new RegExp(KILL_POINT_PATTERN) : undefined;
const side = KILL_POINT_SIDE ?? 'before';

/** One counter for the main thread and the thread of the locks. */
if (isMainThread) setEnvironmentData('kill-point', new SharedArrayBuffer(4));
const counter = new Int32Array(getEnvironmentData('kill-point'));

// The originals, because what follows wraps them.
const { openSync, writeSync } = fs;
const log = openSync(KILL_POINT_LOG, 'a');
const pathOfDescriptor = new Map();

function isWatched(path) {
  return path !== undefined && folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}

/** @returns the function that marks the operation's end */
function begin(name, path) {
  const number = Atomics.add(counter, 0, 1) + 1;
  writeSync(log, `${number} ${name} ${path}\n`);
  const isTarget = number === target || pattern?.test(`${name} ${path}`);
  if (isTarget && side === 'before') process.kill(process.pid, 'SIGKILL');
  return () => {
    if (isTarget && side === 'after') process.kill(process.pid, 'SIGKILL');
  };
}

function asPath(value) {
  if (typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return value.toString();
  if (value instanceof URL) return decodeURIComponent(value.pathname);
  return undefined;
}

/** The path an operation is about: its first argument that names something watched; the descriptor's for a descriptor. */
function watchedPath(parameters) {
  const [first, second] = parameters;
  const candidates = typeof first === 'number' ? [pathOfDescriptor.get(first)] : [asPath(first), asPath(second)];
  return candidates.find(isWatched);
}

/** A number that is closed may be given to another file. */
function forgetClosed(name, [descriptor]) {
  if (/^close(Sync)?$/.test(name)) pathOfDescriptor.delete(descriptor);
}

function wrapSync(name, original) {
  return function (...parameters) {
    const path = watchedPath(parameters);
    forgetClosed(name, parameters);
    if (path === undefined) return Reflect.apply(original, this, parameters);
    const end = begin(name, path);
    try {
      const result = Reflect.apply(original, this, parameters);
      if (typeof result === 'number' && name === 'openSync') pathOfDescriptor.set(result, path);
      return result;
    } finally {
      end();
    }
  };
}

function wrapCallback(name, original) {
  return function (...parameters) {
    const path = watchedPath(parameters);
    forgetClosed(name, parameters);
    const callback = parameters.at(-1);
    if (path === undefined || typeof callback !== 'function') return Reflect.apply(original, this, parameters);
    const end = begin(name, path);
    const finish = (error, result, ...rest) => {
      if (name === 'open' && typeof result === 'number') pathOfDescriptor.set(result, path);
      end();
      callback(error, result, ...rest);
    };
    return Reflect.apply(original, this, [...parameters.slice(0, -1), finish]);
  };
}

const wrappedHandles = new WeakMap();

function wrapPromise(name, original) {
  return async function (...parameters) {
    const path = wrappedHandles.get(this) ?? watchedPath(parameters);
    if (path === undefined) return Reflect.apply(original, this, parameters);
    if (name === 'close') pathOfDescriptor.delete(this?.fd);
    const end = begin(name, path);
    try {
      const result = await Reflect.apply(original, this, parameters);
      if (name === 'open') wrapHandle(result, path);
      return result;
    } finally {
      end();
    }
  };
}

let isPrototypeWrapped = false;

function wrapHandle(handle, path) {
  wrappedHandles.set(handle, path);
  if (typeof handle.fd === 'number') pathOfDescriptor.set(handle.fd, path);
  if (isPrototypeWrapped) return;
  isPrototypeWrapped = true;
  const prototype = Object.getPrototypeOf(handle);
  for (const name of Object.getOwnPropertyNames(prototype)) {
    const { value } = Object.getOwnPropertyDescriptor(prototype, name);
    const isOperation = typeof value === 'function' && name !== 'constructor' && !/Stream$|^readLines$/.test(name);
    if (isOperation) prototype[name] = wrapPromise(name, value);
  }
}

/** Constructors, watchers and those that open a stream (which uses `open` and `write` itself) are no operations. */
function isOperation(name, value) {
  return typeof value === 'function' && !/^[A-Z_]|[Ww]atch|Stream$|^toUnix|^openAsBlob$/.test(name);
}

for (const name of Object.keys(fs.promises)) {
  if (isOperation(name, fs.promises[name])) fs.promises[name] = wrapPromise(name, fs.promises[name]);
}
for (const name of Object.keys(fs)) {
  const original = fs[name];
  if (!isOperation(name, original)) continue;
  const wrapped = name.endsWith('Sync') ? wrapSync(name, original) : wrapCallback(name, original);
  // `realpath.native` and what util.promisify looks for.
  fs[name] = Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(original));
}
syncBuiltinESMExports();
