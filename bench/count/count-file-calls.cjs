// Preloaded into a measured process: when it ends, its main thread writes how often it called the file system, by name
// of the function, into a file of FILE_CALLS_FOLDER.
const fs = require('node:fs');
const { syncBuiltinESMExports } = require('node:module');
const { join } = require('node:path');
const { isMainThread } = require('node:worker_threads');

const { writeFileSync } = fs;
const counts = {};

if (isMainThread) {
  count(fs, '');
  count(fs.promises, 'promises.');
  syncBuiltinESMExports();
  process.once('exit', () => {
    const file = join(process.env.FILE_CALLS_FOLDER, `${process.pid}.json`);
    writeFileSync(file, JSON.stringify({ program: process.argv[1], counts }));
  });
}

/** Classes, which begin with a capital, stay what they are. */
function count(functions, prefix) {
  for (const [name, original] of Object.entries(functions)) {
    if (typeof original !== 'function' || !/^[a-z]/.test(name)) continue;
    const counted = function (...args) {
      counts[prefix + name] = (counts[prefix + name] ?? 0) + 1;
      return original.apply(this, args);
    };
    // realpath.native and the sign of util.promisify.
    Object.defineProperties(counted, Object.getOwnPropertyDescriptors(original));
    functions[name] = counted;
  }
}
