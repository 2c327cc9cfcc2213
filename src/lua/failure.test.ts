import { describe, expect, test } from '@jest/globals';
import { FettleError } from '../errors/index.js';
import { waits, type HostFunction } from './index.js';
import { openTestState, thrownBy } from './test-rig.js';

const original = new FettleError('E_SCRIPT', 'The script failed.', {
  facts: { 'exit code': 3 },
  hint: 'Look at the log.',
});
const fail: HostFunction = waits(async () => Promise.reject(original));
const failAtOnce: HostFunction = () => {
  throw original;
};

describe('errors of host functions', () => {
  test.each([
    ['at once', failAtOnce],
    ['after a wait', fail],
  ])('pcall catches them as strings with a position (%s)', async (_name, fn) => {
    expect(
      await openTestState().start('local f = ...\nlocal ok, e = pcall(function() f() end)\nreturn ok, e', fn),
    ).toEqual([false, 'test.lua:2: The script failed.']);
  });

  test.each([
    ['nobody catches them', 'local f = ...\nf()'],
    ['a pcall passes them on with error()', 'local f = ...\nlocal _, e = pcall(function() f() end) error(e)'],
    ['a pcall passes them on with error(e, 0)', 'local f = ...\nlocal _, e = pcall(function() f() end) error(e, 0)'],
    ['assert passes them on', 'local f = ...\nassert(pcall(function() f() end))'],
    ['coroutine.wrap passes them on', 'local f = ...\ncoroutine.wrap(function() f() end)()'],
  ])('come out as the original when %s', async (_name, body) => {
    const error = openTestState().start(body, fail);
    await expect(error).rejects.toMatchObject({
      code: 'E_SCRIPT',
      message: 'The script failed.',
      facts: { 'exit code': 3 },
      hint: 'Look at the log.',
      location: { file: 'test.lua', line: 2 },
    });
  });

  test('keep code and facts when the recipe words them anew', async () => {
    const body = 'local f = ...\nlocal ok, e = pcall(function() f() end)\nerror("while building: " .. e)';
    await expect(openTestState().start(body, fail)).rejects.toMatchObject({
      code: 'E_SCRIPT',
      message: 'while building: test.lua:2: The script failed.',
      facts: { 'exit code': 3 },
      location: { line: 3 },
    });
  });

  test('a bug in a host function comes out as the very object', async () => {
    const bug = new TypeError('oops');
    await expect(
      openTestState().start('(...)()', () => {
        throw bug;
      }),
    ).rejects.toBe(bug);
  });

  test('a location the error already has is kept', () => {
    const located = new FettleError('E_RECIPE', 'bad', { location: { file: 'other.lua', line: 9 } });
    expect(
      thrownBy(() =>
        openTestState().evaluate('(...)()', () => {
          throw located;
        }),
      ),
    ).toMatchObject({ location: { file: 'other.lua', line: 9 } });
  });
});

describe('errors of Lua code', () => {
  test('tell file, line, the line itself, and the frames from the inside out', () => {
    const state = openTestState();
    const source =
      'local function inner()\n  local t = nil\n  return t.x\nend\nfunction outer()\n  local r = inner()\n  return r\nend\nouter()';
    const error = thrownBy(() => state.run(source, '/recipes/a.lua')) as FettleError;
    expect(error).toMatchObject({
      code: 'E_LUA_RUNTIME',
      message: "attempt to index a nil value (local 't')",
      location: { file: '/recipes/a.lua', line: 3, text: '  return t.x' },
    });
    expect(error.traceback?.map((frame) => frame.split(': ')[0])).toEqual([
      '/recipes/a.lua:3',
      '/recipes/a.lua:6',
      '/recipes/a.lua:9',
    ]);
  });

  test('blame the caller when error() says so', () => {
    const error = thrownBy(() =>
      openTestState().run('local function check() error("bad option", 2) end\n\ncheck()', 'a.lua'),
    );
    expect(error).toMatchObject({ message: 'bad option', location: { line: 3, text: 'check()' } });
  });

  test('have their place in a coroutine of the call too', async () => {
    await expect(openTestState().start('\n\nerror("boom")')).rejects.toMatchObject({
      message: 'boom',
      location: { line: 3 },
      traceback: expect.arrayContaining([expect.stringContaining('test.lua:3')]),
    });
  });

  test('keep the place inside a coroutine of the recipe', async () => {
    const error = openTestState().start('local co = coroutine.wrap(function()\n  local x = nil + 1\nend)\nco()');
    await expect(error).rejects.toMatchObject({ location: { line: 2, text: '  local x = nil + 1' } });
  });

  test('with a very long file name show the whole name', () => {
    const file = `/${'long/'.repeat(40)}recipe.lua`;
    expect(thrownBy(() => openTestState().run('\nerror("x")', file))).toMatchObject({
      message: 'x',
      location: { file, line: 2 },
    });
  });

  test.each([
    ['error({message = "from a field"})', 'from a field'],
    ['error(setmetatable({}, {__tostring = function() return "from tostring" end}))', 'from tostring'],
    [
      'error(setmetatable({}, {__tostring = function() error("again") end}))',
      'The error value is a table without a message.',
    ],
    ['error({})', 'The error value is a table without a message.'],
    ['error(nil)', 'error(nil) was called.'],
    ['error(42)', '42'],
    ['error(true)', 'The error value is a boolean.'],
  ])('%s reads well', (source, message) => {
    expect(thrownBy(() => openTestState().run(source, 'a.lua'))).toMatchObject({ code: 'E_LUA_RUNTIME', message });
  });

  test('endless recursion is an error, not a crash', () => {
    const state = openTestState();
    expect(thrownBy(() => state.run('local function f() return 1 + f() end f()', 'a.lua'))).toMatchObject({
      code: 'E_LUA_RUNTIME',
      message: expect.stringContaining('stack overflow'),
    });
    expect(
      thrownBy(() =>
        state.run(
          'local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k .. "x"] end return t.x',
          'b.lua',
        ),
      ),
    ).toMatchObject({ code: 'E_LUA_RUNTIME' });
    expect(state.evaluate('return 1')).toEqual([1]);
  });

  test('a syntax error tells its line', () => {
    expect(thrownBy(() => openTestState().run('x = 1\ny = = 2\n', 'a.lua'))).toMatchObject({
      code: 'E_LUA_SYNTAX',
      message: "unexpected symbol near '='",
      location: { file: 'a.lua', line: 2, text: 'y = = 2' },
    });
  });
});
