#!/usr/bin/env node
// Runs the command, whose parts are read when they are needed. V8 keeps what it compiled of each in a second file, so that
// a start compiles nothing: that is most of what a start costs. A missing or foreign second file only costs time.
'use strict';
const { readFileSync, writeSync } = require('node:fs');
const { dirname, join } = require('node:path');

// Written by the build.
const PREFIX = 'fettle-prefix';
const ENTRY = 'quick/main';
const PARTS = ['quick', 'shared', 'edit', 'sync', 'lua', 'start', 'rest'];

/** Variables that are not settings which may be wrong: a folder, and what fettle itself tells the programs it starts. */
const HARMLESS = ['FETTLE_CACHE_ROOT', 'FETTLE_PROJECT_DIR', 'FETTLE_ACTIVE', 'FETTLE_DIFF'];

forgetEntry();
if (!answersAtOnce(process.argv.slice(2))) runCommand();

/** What the entry (src/cli/entry/fettle.sh) sets for this process is not for those that it starts. */
function forgetEntry() {
  if (process.env.FETTLE_ENTRY === undefined) return;
  delete process.env.FETTLE_ENTRY;
  delete process.env.MALLOC_ARENA_MAX;
}

/** `version` needs nothing of the command. With settings in the environment it does: they may be wrong. */
function answersAtOnce(args) {
  if (args.length !== 1 || !['version', '--version', '-V'].includes(args[0])) return false;
  if (Object.keys(process.env).some((name) => /^FETTLE_/i.test(name) && !HARMLESS.includes(name))) return false;
  try {
    const { version } = JSON.parse(readFileSync(join(dirname(__dirname), 'package.json'), 'utf8'));
    writeSync(1, `${version}\n`);
    return true;
  } catch {
    return false;
  }
}

function runCommand() {
  const vm = require('node:vm');
  /** Name of a chunk → the function that is its code. */
  const codes = new Map();
  const modules = new Map();
  const scripts = new Map();

  const load = (chunk) => {
    const known = modules.get(chunk);
    if (known) return known.exports;
    readPart(chunk.slice(0, chunk.indexOf('/')));
    const started = { exports: {} };
    modules.set(chunk, started);
    codes.get(chunk)(started.exports, started);
    return started.exports;
  };
  const tools = {
    require,
    bundlePart: load,
    bundleLater: async (chunk) => load(chunk),
    // Kept compiled code has forgotten how to import (Node 20).
    bundleImport: (specifier) => import(specifier),
    bundleDefine: (chunk, code) => codes.set(chunk, code),
    __filename: join(__dirname, `${PREFIX}-${PARTS[0]}.js`),
    __dirname,
  };

  function readPart(part) {
    if (scripts.has(part)) return;
    const file = join(__dirname, `${PREFIX}-${part}.js`);
    const source = readFileSync(file, 'latin1');
    const cachedData = readIfThere(codeFileOf(part));
    const script = new vm.Script(source, { filename: file, ...(cachedData && { cachedData }) });
    scripts.set(part, script);
    script.runInThisContext()(tools);
  }

  const target = process.env.FETTLE_WRITE_CODE_CACHE;
  // Only the build asks for it: what ran until the end is what a start needs.
  if (target) {
    delete process.env.FETTLE_WRITE_CODE_CACHE;
    process.on('exit', () => {
      const { writeFileSync } = require('node:fs');
      for (const part of PARTS) {
        readPart(part);
        writeFileSync(join(target, `${part}.code`), scripts.get(part).createCachedData());
      }
    });
  }
  load(ENTRY);

  function codeFileOf(part) {
    const variant = process.execArgv.includes('--max-semi-space-size=1') ? '-small' : '';
    return join(__dirname, `${PREFIX}-${part}.js.${process.version}-${process.arch}${variant}.code`);
  }
}

function readIfThere(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
