import { describe, expect, test } from '@jest/globals';
import { openScriptState, type ScriptState } from './index.js';
import { testHost } from './test-rig.js';

interface Typing {
  readonly state: ScriptState;
  readonly printed: string[];
  type(text: string, signal?: AbortSignal): Promise<'done' | 'incomplete'>;
}

async function openTyping(): Promise<Typing> {
  const printed: string[] = [];
  const write = (bytes: Uint8Array): void => {
    printed.push(Buffer.from(bytes).toString('utf8').trimEnd());
  };
  const state = await openScriptState({ host: testHost, version: '1', cwd: '/', write, args: [] });
  const type = (text: string, signal = new AbortController().signal) => state.runTyped(text, signal);
  return { state, printed, type };
}

describe('what is typed', () => {
  test.each([
    ['1 + 1', ['2']],
    ['=1, nil, "x"', ['1\tnil\tx']],
    [' = "x"', ['x']],
    ['return 3', ['3']],
    ['local a = 4 return a', ['4']],
    ['x = 5', []],
    ['(function() end)()', []],
    ['nil', ['nil']],
    ['2 -- two', ['2']],
    ['setmetatable({}, { __tostring = function() return "me" end })', ['me']],
    ['for i = 1, 2 do print(i) end', ['1', '2']],
    ['x', ['nil']],
    ['', []],
    ['local t = {} t.t = t return type(t)', ['table']],
    ['(function() local t = {} t.t = t return #t end)()', ['0']],
  ])('%j prints %j', async (text, expected) => {
    const { type, printed, state } = await openTyping();
    using _state = state;
    await expect(type(text)).resolves.toBe('done');
    expect(printed).toEqual(expected);
  });

  test('a table that holds itself can be shown', async () => {
    const { type, printed, state } = await openTyping();
    using _state = state;
    await type('t = {}; t.t = t');
    await type('t');
    expect(printed).toEqual([expect.stringMatching(/^table: /)]);
  });

  test.each(['for i = 1, 2 do', 'x = {', 'function f()', '"a" ..', 's = [[', '--[['])(
    '%j is incomplete, and nothing runs',
    async (text) => {
      const { type, printed, state } = await openTyping();
      using _state = state;
      await expect(type(text)).resolves.toBe('incomplete');
      expect(printed).toEqual([]);
    },
  );

  test('globals stay, locals do not', async () => {
    const { type, printed, state } = await openTyping();
    using _state = state;
    await type('g = 1 local l = 2');
    await type('g, l');
    expect(printed).toEqual(['1\tnil']);
  });

  test('print may be replaced', async () => {
    const { type, printed, state } = await openTyping();
    using _state = state;
    await type('local old = print function print(x) old("<" .. x .. ">") end');
    await type('1');
    expect(printed).toEqual(['<1>']);
  });

  test('the end of the wrapper cannot be typed', async () => {
    const { type, state } = await openTyping();
    using _state = state;
    await expect(type('x = 1 end)()) print((function()')).rejects.toMatchObject({ code: 'E_LUA_SYNTAX' });
  });
});

describe('what goes wrong', () => {
  test('is told with the line as it was typed, also of a function that was made before', async () => {
    const { type, state } = await openTyping();
    using _state = state;
    await type('function f()\n  error("deep")\nend');
    await expect(type('f()')).rejects.toMatchObject({
      code: 'E_LUA_RUNTIME',
      message: 'deep',
      location: { file: 'input 1', line: 2, text: '  error("deep")' },
      traceback: expect.arrayContaining([expect.stringMatching(/^input 2:1: /)]),
    });
    await expect(type('nothing()')).rejects.toMatchObject({ location: { file: 'input 3', text: 'nothing()' } });
  });

  test.each([')', 'x = = 1', '= ='])('%j is a syntax error', async (text) => {
    const { type, state } = await openTyping();
    using _state = state;
    await expect(type(text)).rejects.toMatchObject({ code: 'E_LUA_SYNTAX' });
  });

  test('does not end the conversation', async () => {
    const { type, printed, state } = await openTyping();
    using _state = state;
    await expect(type('error("x")')).rejects.toMatchObject({ message: 'x' });
    await type('1');
    expect(printed).toEqual(['1']);
  });
});

test.each([
  'while true do end',
  'while true do pcall(error) end',
  'coroutine.wrap(function() while true do end end)()',
])('an endless loop is stopped by the signal, and the state goes on: %s', async (loop) => {
  const { type, printed, state } = await openTyping();
  using _state = state;
  const stop = new AbortController();
  setImmediate(() => {
    stop.abort();
  });
  await expect(type(loop, stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
  await type('"on"');
  expect(printed).toEqual(['on']);
});

test('os.exit gives the exit code', async () => {
  const { type, state } = await openTyping();
  using _state = state;
  await expect(type('pcall(os.exit, 3)')).resolves.toBe('done');
  expect(state.exitCode).toBe(3);
});
