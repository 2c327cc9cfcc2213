// Preloaded into a command: counts what it does, in numbers that are the same on every machine, and writes them as JSON
// to WORK_COUNT_FILE when it ends. Calls of its own functions are counted by V8.
'use strict';
const fs = require('node:fs');
const { Session } = require('node:inspector');
const Module = require('node:module');
const { isMainThread } = require('node:worker_threads');

const target = process.env.WORK_COUNT_FILE;
/** Functions of the command whose calls are counted, by their names. */
const FUNCTIONS = ['openLuaState', 'luaL_newstate', 'luaY_parser', 'locateRecipe', 'canonicalJson'];

if (isMainThread && target) count();

function count() {
  const work = { fileCalls: {}, filesRead: [], builtins: [], functions: {} };
  const write = fs.writeFileSync;
  const read = fs.readFileSync;
  wrapAll(fs, work, (name) => name.endsWith('Sync'));
  wrapAll(fs.promises, work, () => true);
  fs.readFileSync = Object.assign((...given) => {
    if (typeof given[0] === 'string') work.filesRead.push(given[0]);
    work.fileCalls.readFileSync = (work.fileCalls.readFileSync ?? 0) + 1;
    return read(...given);
  }, read);
  const load = Module._load;
  Module._load = function (request, ...rest) {
    if (Module.isBuiltin(request)) work.builtins.push(request.replace(/^node:/, ''));
    return load.call(this, request, ...rest);
  };
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  process.once('exit', () => {
    session.post('Profiler.takePreciseCoverage', (_error, { result }) => {
      for (const { functions } of result) for (const each of functions) countCalls(work.functions, each);
    });
    write(target, JSON.stringify(work));
  });
}

function wrapAll(owner, work, isCounted) {
  for (const [name, called] of Object.entries(owner)) {
    if (typeof called !== 'function' || !isCounted(name)) continue;
    owner[name] = Object.assign((...given) => {
      work.fileCalls[name] = (work.fileCalls[name] ?? 0) + 1;
      return called.apply(owner, given);
    }, called);
  }
}

function countCalls(calls, { functionName, ranges }) {
  // esbuild adds a number to a name that is there twice.
  const name = functionName.replace(/\d+$/, '');
  if (FUNCTIONS.includes(name)) calls[name] = (calls[name] ?? 0) + ranges[0].count;
}
