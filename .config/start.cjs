#!/usr/bin/env node
// Runs the command's one file. V8 keeps what it compiled of it in a second file, so that a start compiles nothing: that
// is most of what a start costs. A missing or foreign second file only costs time.
'use strict';
const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const vm = require('node:vm');

const file = join(__dirname, 'fettle.js');
const source = readFileSync(file, 'latin1');
const script = new vm.Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
  filename: file,
  cachedData: readIfThere(`${file}.${process.version}-${process.arch}.code`),
});
const started = { exports: {}, bundleImport: (specifier) => import(specifier) };
script.runInThisContext().call(started.exports, started.exports, require, started, file, dirname(file));
const target = process.env.FETTLE_WRITE_CODE_CACHE;
// Only the build asks for it: what ran until the end is what a start needs.
if (target) process.on('exit', () => require('node:fs').writeFileSync(target, script.createCachedData()));

function readIfThere(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
