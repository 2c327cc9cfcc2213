import { describe, expect, test } from '@jest/globals';
import { waits } from './index.js';
import { deferred, openTestState } from './test-rig.js';

const ENDLESS: [string, string][] = [
  ['a loop', 'while true do end'],
  ['a pcall in a loop', 'while true do pcall(error) end'],
  ['a loop in a pcall in a loop', 'while true do pcall(function() while true do end end) end'],
  ['a message handler that loops', 'xpcall(function() while true do end end, function() while true do end end)'],
  [
    'a message handler in a loop',
    'while true do xpcall(function() while true do end end, function() while true do end end) end',
  ],
  [
    'a coroutine in a loop',
    'while true do coroutine.wrap(function() pcall(function() while true do end end) end)() end',
  ],
  ['a comparator', 'table.sort({3, 2, 1}, function() while true do end end)'],
  ['recursion under pcall', 'local function f() pcall(f) return f() end f()'],
];

describe('the CPU limit', () => {
  test.each(ENDLESS)('ends %s in a call', async (_name, body) => {
    await expect(openTestState({ cpuLimitMs: 200 }).start(`\n${body}`)).rejects.toMatchObject({
      code: 'E_LUA_TIMEOUT',
      location: { file: 'test.lua', line: 2 },
    });
  });

  test.each(ENDLESS)('ends %s in a file that loads', (_name, body) => {
    const state = openTestState({ cpuLimitMs: 200 });
    expect(() => state.run(body, 'a.lua')).toThrow(/ran longer than its limit of 0\.2 s/);
    expect(state.evaluate('return "still usable"')).toEqual(['still usable']);
  });

  test('waiting does not count', async () => {
    const state = openTestState({ cpuLimitMs: 100 });
    const gate = deferred<string>();
    const call = state.start(
      'local wait = ... return wait()',
      waits(() => gate.promise),
    );
    expect(() => state.run('while true do end', 'busy.lua')).toThrow(/limit/);
    gate.resolve('in time');
    expect(await call).toEqual(['in time']);
  });

  test('is for each call anew', async () => {
    const state = openTestState({ cpuLimitMs: 150 });
    await expect(state.start('while true do end')).rejects.toMatchObject({ code: 'E_LUA_TIMEOUT' });
    expect(await state.start('local n = 0 for i = 1, 20000 do n = n + 1 end return n')).toEqual([20000]);
  });
});

describe('the event loop', () => {
  const spin = 'local stop = ... while not stop() do for i = 1, 1000 do end end return "done"';

  test.each([
    ['in a call', spin],
    ['inside pcall', `return select(2, pcall(function(...) ${spin} end, ...))`],
    ['in a coroutine of the recipe', `return coroutine.wrap(function(...) ${spin} end)(...)`],
  ])('gets its turns while Lua computes %s', async (_name, body) => {
    let turned = false;
    const timer = setTimeout(() => (turned = true), 1);
    try {
      expect(await openTestState().start(body, () => turned)).toEqual(['done']);
    } finally {
      clearTimeout(timer);
    }
  });

  test('a computation that was paused has right results', async () => {
    const state = openTestState();
    let turns = 0;
    const count = setInterval(() => (turns += 1), 1);
    const body =
      'local stop, sum, parts = ..., 0, {} while not stop() do for i = 1, 100 do parts[i] = i sum = sum + parts[i] - i end end return sum, #parts';
    try {
      expect(await state.start(body, () => turns >= 4)).toEqual([0, 100]);
    } finally {
      clearInterval(count);
    }
  });

  test('an abort ends a computation at its next pause', async () => {
    const state = openTestState();
    const abort = new AbortController();
    setImmediate(() => abort.abort('enough'));
    await expect(state.call(state.compile('while true do end'), [], abort.signal)).rejects.toBe('enough');
  });
});
