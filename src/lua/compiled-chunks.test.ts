import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompiledChunk } from './compiled-chunk.js';
import { CompiledChunks } from './index.js';
import { openTestState, thrownBy } from './test-rig.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const compiled = (ids = 1): CompiledChunk => {
  const source = { realstring: bytes('@a.lua') };
  return { main: { cache: null, linedefined: 0, p: [], source }, ids };
};

describe('what is kept', () => {
  test('is found by the name and the very text of the file', () => {
    const chunks = new CompiledChunks();
    const one = compiled();
    chunks.keep('a.lua', bytes('x = 1'), one);
    expect(chunks.find('a.lua', bytes('x = 1'))).toBe(one);
    expect(chunks.find('a.lua', bytes('x = 2'))).toBeUndefined();
    expect(chunks.find('b.lua', bytes('x = 1'))).toBeUndefined();
  });

  test('is the newest of a file, until it is forgotten', () => {
    const chunks = new CompiledChunks();
    const second = compiled(2);
    chunks.keep('a.lua', bytes('x = 1'), compiled());
    chunks.keep('a.lua', bytes('x = 2'), second);
    expect(chunks.find('a.lua', bytes('x = 1'))).toBeUndefined();
    expect(chunks.find('a.lua', bytes('x = 2'))).toBe(second);
    chunks.forget('a.lua');
    chunks.forget('a.lua');
    expect(chunks.find('a.lua', bytes('x = 2'))).toBeUndefined();
  });

  test('is a megabyte of text, and what is forgotten makes room', () => {
    const chunks = new CompiledChunks();
    const half = new Uint8Array(512 * 1024);
    for (const file of ['a', 'b', 'c']) chunks.keep(file, half, compiled());
    expect(['a', 'b', 'c'].map((file) => chunks.find(file, half) !== undefined)).toEqual([true, true, false]);
    chunks.forget('a');
    chunks.keep('c', half, compiled());
    expect(['a', 'b', 'c'].map((file) => chunks.find(file, half) !== undefined)).toEqual([false, true, true]);
  });
});

/** Each assigns `result`, or a function `result` that is called some times. */
const CHUNKS = {
  constants: 'result = { 1, 1.5, -0.0, 1 / 0, "text", "\\255", [[long\nstring]], true, x = { y = {} } }',
  'a closure that counts': 'local count = 0 function result() count = count + 1 return count end',
  'closures of a loop':
    'local all = {} for i = 1, 3 do all[i] = function() i = i + 1 return i end end function result() return all[1](), all[2](), all[3]() end',
  'functions in functions':
    'local function outer(a) local function inner(b) a = a + b return function() return a end end return inner end result = outer(1)(2)',
  'a function without upvalues': 'function result(...) return select("#", ...), ... end',
  'variable arguments of the chunk': 'result = select("#", ...)',
  'jumps and breaks': 'result = 0 for i = 1, 9 do if i % 2 == 0 then goto next end result = result + i ::next:: end',
  'methods and metatables':
    'local T = {} T.__index = T function T:name() return self.n end local t = setmetatable({ n = "me" }, T) function result() return t:name(), ("x"):rep(3) end',
  'numbers of objects': 'result = { tostring({}), tostring(function() end), tostring(print), tostring(_G) }',
  'its own environment': 'local _ENV = { up = _ENV } seen = 1 up.result = seen',
  'text that is compiled by it': 'result = load("local x = ... return x, y", "n", "t", { y = 2 })(1)',
} as const;

function resultsOf(source: string, chunks?: CompiledChunks): unknown {
  using state = openTestState(chunks ? { chunks } : {});
  state.run(source, 'chunk.lua');
  const called = 'local r = result if type(r) ~= "function" then return r end return { r(1), r(2), r() }';
  return [state.evaluate(called), state.assignedGlobals()];
}

describe('a state that finds a chunk compiled', () => {
  test.each(Object.entries(CHUNKS))('does the same as one that compiles it: %s', (_what, source) => {
    const expected = resultsOf(source);
    const chunks = new CompiledChunks();
    for (let state = 0; state < 3; state += 1) expect(resultsOf(source, chunks)).toEqual(expected);
    expect(chunks.find('chunk.lua', bytes(source))).toBeDefined();
  });

  test('shares neither variables nor tables with others, also while these are open', () => {
    const source = `local count, list = 0, {}
      function add() count = count + 1 list[#list + 1] = count return #list end
      function pure() return "pure" end
      shared = { pure = pure }`;
    const chunks = new CompiledChunks();
    using first = openTestState({ chunks });
    first.run(source, 'chunk.lua');
    using second = openTestState({ chunks });
    second.run(source, 'chunk.lua');
    using third = openTestState({ chunks });
    third.run(source, 'chunk.lua');
    expect(first.evaluate('add() add() shared.pure = nil shared.more = 1 function pure() end return add()')).toEqual([
      3,
    ]);
    expect(second.evaluate('return add(), pure(), shared.pure(), shared.more')).toEqual([1, 'pure', 'pure', undefined]);
    expect(third.evaluate('return add(), add(), pure == shared.pure')).toEqual([1, 2, true]);
    expect(first.evaluate('return add()')).toEqual([4]);
  });

  test('leaves nothing of itself in what is kept', () => {
    const chunks = new CompiledChunks();
    const source = 'function f() return function() end end f() g = f()';
    for (const _ of [1, 2]) {
      using state = openTestState({ chunks });
      state.run(source, 'chunk.lua');
    }
    const [outer] = chunks.find('chunk.lua', bytes(source))?.main.p ?? [];
    expect([outer?.cache, outer?.p[0]?.cache]).toEqual([null, null]);
  });

  test('tells where it fails', () => {
    const chunks = new CompiledChunks();
    const source = '-- a recipe\nfunction fail()\n  error("oops")\nend\nif late then fail() end';
    using first = openTestState({ chunks });
    first.run(source, 'chunk.lua');
    using second = openTestState({ chunks });
    second.setGlobal('late', true);
    expect(thrownBy(() => second.run(source, 'chunk.lua'))).toMatchObject({
      code: 'E_LUA_RUNTIME',
      location: { file: 'chunk.lua', line: 3, text: '  error("oops")' },
      traceback: ["in global 'error'", "chunk.lua:3: in global 'fail'", 'chunk.lua:5: in main chunk'],
    });
  });

  test('opens the libraries that the chunk mentions', () => {
    const chunks = new CompiledChunks();
    for (const _ of [1, 2]) {
      using state = openTestState({ chunks });
      state.run('result = string.rep("a", math.max(1, 2))', 'chunk.lua');
      expect(state.global('result')).toBe('aa');
    }
  });
});

test('what cannot be compiled is not kept', () => {
  const chunks = new CompiledChunks();
  for (const _ of [1, 2]) {
    using state = openTestState({ chunks });
    expect(thrownBy(() => state.run('x = = 1', 'chunk.lua'))).toMatchObject({ code: 'E_LUA_SYNTAX' });
  }
  expect(chunks.find('chunk.lua', bytes('x = = 1'))).toBeUndefined();
});

test('a file that several states require is compiled once, and run in each', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'fettle-')));
  try {
    const source = 'local M = { uses = 0 } function M.use() M.uses = M.uses + 1 return M.uses end return M';
    writeFileSync(join(folder, 'shared.lua'), source);
    const chunks = new CompiledChunks();
    for (const _ of [1, 2, 3]) {
      using state = openTestState({ chunks, requireRoot: folder });
      expect(state.evaluate('require("shared").use() return require("shared").use()')).toEqual([2]);
      expect([...state.observed().files.keys()]).toEqual([join(folder, 'shared.lua')]);
    }
    expect(chunks.find(join(folder, 'shared.lua'), bytes(source))).toBeDefined();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
