import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openTestState, testHost, thrownBy } from './test-rig.js';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'fettle-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('what recipes may not do', () => {
  test.each([
    ['os.exit()', 'os.exit', /ctx\.run/],
    ['os.execute("ls")', 'os.execute', /ctx\.run/],
    ['io.popen("ls")', 'io.popen', /ctx\.run/],
    ['os.tmpname()', 'os.tmpname', /ctx\.tmp/],
    ['dofile("x.lua")', 'dofile', /require/],
    ['loadfile("x.lua")', 'loadfile', /require/],
    ['string.dump(print)', 'string.dump', /[Pp]recompiled/],
  ])('%s is E_LUA_SANDBOX with a way out', (source, name, hint) => {
    expect(thrownBy(() => openTestState().run(source, 'a.lua'))).toMatchObject({
      code: 'E_LUA_SANDBOX',
      message: `${name} is not available in recipes.`,
      hint: expect.stringMatching(hint),
      location: { file: 'a.lua', line: 1, text: source },
    });
  });

  test.each(['b', 'bt', 't'])('load refuses precompiled code in mode %s', (mode) => {
    expect(openTestState().evaluate(`return load("\\27Lua", "x", "${mode}")`)).toEqual([
      undefined,
      expect.stringMatching(/binary chunk/),
    ]);
  });

  test('a precompiled file is refused', () => {
    expect(thrownBy(() => openTestState().run('\x1bLuaS', 'a.luac'))).toMatchObject({
      code: 'E_LUA_SANDBOX',
      location: { file: 'a.luac' },
    });
  });

  test('debug has only traceback, and the string metatable reaches nothing else', () => {
    expect(
      openTestState().evaluate(
        'return debug.sethook, debug.getregistry, debug.getupvalue, getmetatable("").__index == string',
      ),
    ).toEqual([undefined, undefined, undefined, true]);
  });

  test('states do not share globals or string functions', () => {
    openTestState().run('string.upper = nil shared = 1', 'a.lua');
    expect(openTestState().evaluate('return shared, ("x"):upper()')).toEqual([undefined, 'X']);
  });
});

describe('what recipes may do', () => {
  test('load compiles text, with an environment too', () => {
    expect(openTestState().evaluate('return load("return 1 + 1")(), load("return x", "n", "t", {x = 5})()')).toEqual([
      2, 5,
    ]);
  });

  test('print and io.write go to the log', () => {
    const state = openTestState();
    state.run(
      'print(1, nil, setmetatable({}, {__tostring = function() return "obj" end})) io.write("a", 1) io.write("b\\nrest") io.stderr:write("oops\\n")',
      'a.lua',
    );
    state.close();
    expect(state.logged).toEqual(['info: 1\tnil\tobj', 'info: a1b', 'warn: oops', 'info: rest']);
  });

  test('assignedGlobals are those of the chunks alone', () => {
    const state = openTestState();
    state.setGlobal('given', 1);
    state.run('identity = "x" function build() end given = 2 print = nil local hidden = 1', 'a.lua');
    expect(state.assignedGlobals()).toEqual(['identity', 'build']);
  });

  test('a chunk may start with a byte order mark and a # line', () => {
    const state = openTestState();
    state.run('\ufeff#!/usr/bin/env fettle\nx = 1', 'a.lua');
    expect(state.global('x')).toBe(1);
  });

  test('the clock is the host', () => {
    const body =
      'return os.time(), os.date("!%Y-%m-%d %H:%M:%S %j %a"), os.date("!*t", 0).year, os.time{year = 2024, month = 14, day = 1} == os.time{year = 2025, month = 2, day = 1}';
    expect(openTestState().evaluate(body)).toEqual([1709209815, '2024-02-29 12:30:15 060 Thu', 1970, true]);
  });

  test('os.getenv reads the host and is observed', () => {
    const state = openTestState();
    expect(state.evaluate('return os.getenv("HOME"), os.getenv("UNSET"), os.getenv("EMPTY")')).toEqual([
      '/home/someone',
      undefined,
      '',
    ]);
    expect(state.observed().env).toEqual(
      new Map([
        ['HOME', '/home/someone'],
        ['UNSET', null],
        ['EMPTY', ''],
      ]),
    );
  });
});

describe('io', () => {
  test('writes, appends and reads any bytes', () => {
    const path = join(folder, 'file.bin');
    const body = `
      local path = ...
      local f = assert(io.open(path, "wb")) f:write("one\\n", 2, "\\n\\255"):write("!") f:close()
      f = io.open(path, "a") f:write("end") f:close()
      f = io.open(path) local a, b = f:read("l", "n") local rest = f:read("a") local eof = f:read("l") f:seek("set", 1) local c = f:read(2) f:close()
      local lines = {} for l in io.lines(path) do lines[#lines + 1] = l end
      return a, b, rest, eof, c, #lines, pcall(f.read, f)`;
    const results = openTestState().evaluate(body, path);
    expect(results.slice(0, 2)).toEqual(['one', 2]);
    expect(Buffer.from(results[2] as Uint8Array)).toEqual(Buffer.from('\n\xff!end', 'latin1'));
    expect(results.slice(3)).toEqual([undefined, 'ne', 3, false, expect.stringMatching(/closed file/)]);
    expect(readFileSync(path, 'latin1')).toBe('one\n2\n\xff!end');
  });

  test('a missing file is nil and a message', () => {
    expect(openTestState().evaluate('return io.open("/nowhere/x")')).toEqual([
      undefined,
      '/nowhere/x: No such file or directory',
      2,
    ]);
    expect(thrownBy(() => openTestState().evaluate('io.lines("/nowhere/x")'))).toMatchObject({ code: 'E_FILE' });
  });

  test('files read while loading are inputs, files read by a verb are not', async () => {
    writeFileSync(join(folder, 'input'), 'data');
    writeFileSync(join(folder, 'other'), 'data');
    const state = openTestState({ host: { ...testHost, cwd: folder } });
    state.run('io.open("input"):read("a")', 'a.lua');
    await state.start('io.open("other"):read("a")');
    expect([...state.observed().files]).toEqual([
      [join(folder, 'input'), createHash('sha256').update('data').digest('hex')],
    ]);
  });
});

describe('require', () => {
  test('finds files and folders, runs them once, and observes them', () => {
    mkdirSync(join(folder, 'lib', 'deep'), { recursive: true });
    writeFileSync(join(folder, 'lib', 'a.lua'), 'count = (count or 0) + 1 return {name = ...}');
    writeFileSync(join(folder, 'lib', 'deep', 'init.lua'), 'x = 1');
    const state = openTestState({ requireRoot: folder });
    expect(
      state.evaluate(
        'return require("lib.a").name, require("lib.a") == require("lib.a"), count, require("lib.deep"), require("string") == string, package.loaded["lib.a"] ~= nil',
      ),
    ).toEqual(['lib.a', true, 1, true, true, true]);
    expect([...state.observed().files.keys()]).toEqual([
      join(folder, 'lib', 'a.lua'),
      join(folder, 'lib', 'deep', 'init.lua'),
    ]);
  });

  test.each(['..', '../x', 'a/b', '/etc/passwd', 'a..b', ''])('refuses the name "%s"', (name) => {
    expect(thrownBy(() => openTestState({ requireRoot: folder }).evaluate('require(...)', name))).toMatchObject({
      code: 'E_LUA_SANDBOX',
    });
  });

  test('refuses a link that leads outside', () => {
    const root = join(folder, 'root');
    mkdirSync(root);
    writeFileSync(join(folder, 'secret.lua'), 'return 1');
    symlinkSync('../secret.lua', join(root, 'mine.lua'));
    expect(thrownBy(() => openTestState({ requireRoot: root }).evaluate('require("mine")'))).toMatchObject({
      code: 'E_LUA_SANDBOX',
    });
  });

  test('a missing module, a circle and an error in a module are told', () => {
    writeFileSync(join(folder, 'a.lua'), 'require("b")');
    writeFileSync(join(folder, 'b.lua'), 'require("a")');
    writeFileSync(join(folder, 'bad.lua'), '\nx = = 1');
    const state = openTestState({ requireRoot: folder });
    expect(thrownBy(() => state.evaluate('require("none")'))).toMatchObject({
      message: "module 'none' not found",
      facts: { 'looked in': [join(folder, 'none.lua'), join(folder, 'none', 'init.lua')] },
    });
    expect(thrownBy(() => state.evaluate('require("a")'))).toMatchObject({
      message: expect.stringContaining('a → b → a'),
    });
    expect(thrownBy(() => state.evaluate('require("bad")'))).toMatchObject({
      code: 'E_LUA_SYNTAX',
      location: { file: join(folder, 'bad.lua'), line: 2 },
    });
  });
});

describe('a state of its own', () => {
  test('no state sees what another assigned, nor what it did to a library, a metatable or the loaded modules', () => {
    writeFileSync(join(folder, 'shared.lua'), 'return { count = 0 }');
    const open = () => openTestState({ requireRoot: folder });
    using first = open();
    first.run(
      `leaked = 1
      string.leaked = 1
      table.insert = nil
      fettle.leaked = 1
      getmetatable("").__index = function() return "leaked" end
      require("shared").count = 7
      package.loaded.leaked = 1
      print = nil`,
      'first.lua',
    );
    using second = open();
    second.run(
      `seen = {
        leaked, string.leaked, fettle.leaked, package.loaded.leaked,
        table.insert == nil or nil, print == nil or nil, ("x").leaked,
      }
      count = require("shared").count`,
      'second.lua',
    );
    expect(second.evaluate('return next(seen)')).toEqual([undefined]);
    expect(second.evaluate('return count')).toEqual([0]);
    expect(second.assignedGlobals()).toEqual(expect.not.arrayContaining(['leaked']));
  });
});
