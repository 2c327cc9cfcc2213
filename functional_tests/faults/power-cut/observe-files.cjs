// Tells of every operation on files below some folders: wraps each function of node:fs and of its file handles in this
// thread, so there is no list of operations to forget one in.
const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');

/** Constructors, watchers and those that open a stream (which uses `open` and `write` itself) are no operations. */
const NO_OPERATION = /^[A-Z_]|[Ww]atch|Stream$|^toUnix|^openAsBlob$|^readLines$|^constructor$/;

/**
 * @param isWatched says of an absolute path whether it is of interest
 * @param begin is called before each operation with its name (without `Sync`) and the watched paths it is about, and
 * returns what is called after it, with whether it succeeded
 */
exports.observeFiles = function observeFiles(isWatched, begin) {
  const pathOfDescriptor = new Map();
  const pathOfHandle = new WeakMap();
  let isPrototypeWrapped = false;

  for (const name of operationsOf(fs.promises)) fs.promises[name] = wrapPromise(name, fs.promises[name]);
  for (const name of operationsOf(fs)) {
    const original = fs[name];
    const wrapped = name.endsWith('Sync') ? wrapSync(name, original) : wrapCallback(name, original);
    // `realpath.native` and what util.promisify looks for.
    fs[name] = Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(original));
  }
  syncBuiltinESMExports();

  function wrapSync(fullName, original) {
    const name = fullName.slice(0, -'Sync'.length);
    return function (...parameters) {
      const paths = watchedPaths(parameters);
      if (name === 'close') pathOfDescriptor.delete(parameters[0]);
      if (paths.length === 0) return Reflect.apply(original, this, parameters);
      const end = begin(name, paths);
      try {
        const result = Reflect.apply(original, this, parameters);
        if (name === 'open') pathOfDescriptor.set(result, paths[0]);
        end(true);
        return result;
      } catch (error) {
        end(false);
        throw error;
      }
    };
  }

  function wrapCallback(name, original) {
    return function (...parameters) {
      const paths = watchedPaths(parameters);
      if (name === 'close') pathOfDescriptor.delete(parameters[0]);
      const callback = parameters.at(-1);
      if (paths.length === 0 || typeof callback !== 'function') return Reflect.apply(original, this, parameters);
      const end = begin(name, paths);
      const finish = (error, result, ...rest) => {
        if (name === 'open' && !error) pathOfDescriptor.set(result, paths[0]);
        end(!error);
        callback(error, result, ...rest);
      };
      return Reflect.apply(original, this, [...parameters.slice(0, -1), finish]);
    };
  }

  function wrapPromise(name, original) {
    return async function (...parameters) {
      const own = pathOfHandle.get(this);
      const paths = own === undefined ? watchedPaths(parameters) : [own];
      if (name === 'close') pathOfDescriptor.delete(this?.fd);
      if (paths.length === 0) return Reflect.apply(original, this, parameters);
      const end = begin(name, paths);
      try {
        const result = await Reflect.apply(original, this, parameters);
        if (name === 'open') wrapHandle(result, paths[0]);
        end(true);
        return result;
      } catch (error) {
        end(false);
        throw error;
      }
    };
  }

  function wrapHandle(handle, path) {
    pathOfHandle.set(handle, path);
    if (typeof handle.fd === 'number') pathOfDescriptor.set(handle.fd, path);
    if (isPrototypeWrapped) return;
    isPrototypeWrapped = true;
    const prototype = Object.getPrototypeOf(handle);
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const { value } = Object.getOwnPropertyDescriptor(prototype, name);
      if (typeof value === 'function' && !NO_OPERATION.test(name)) prototype[name] = wrapPromise(name, value);
    }
  }

  /** The watched ones among the first two arguments; a descriptor stands for the path it was opened by. */
  function watchedPaths([first, second]) {
    const candidates = typeof first === 'number' ? [pathOfDescriptor.get(first)] : [asPath(first), asPath(second)];
    return candidates.filter((path) => path !== undefined && isWatched(path));
  }
};

function operationsOf(module) {
  return Object.keys(module).filter((name) => typeof module[name] === 'function' && !NO_OPERATION.test(name));
}

function asPath(value) {
  if (typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return value.toString();
  if (value instanceof URL) return decodeURIComponent(value.pathname);
  return undefined;
}
