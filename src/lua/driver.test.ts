import { describe, expect, test } from '@jest/globals';
import { FettleError } from '../errors/index.js';
import { HostObject, waits, type HostFunction } from './index.js';
import { deferred, openTestState } from './test-rig.js';

/** A waiting function that settles in a later turn of the event loop. */
const later: HostFunction = waits(async (value) => {
  await new Promise((resolve) => setImmediate(resolve));
  return value;
});
const failing: HostFunction = waits(async () => {
  await Promise.resolve();
  throw new FettleError('E_SCRIPT', 'The script failed.', { facts: { 'exit code': 3 } });
});

describe('waiting', () => {
  test.each([
    ['a plain call', 'local later = ... return later("x") .. later("y")'],
    [
      'pcall',
      'local later = ... local ok, a = pcall(later, "x") local _, b = pcall(function() return later("y") end) return a .. b',
    ],
    ['xpcall', 'local later = ... local _, a = xpcall(later, print, "x") return a .. "y"'],
    [
      'a generic for iterator',
      'local later = ... local r = "" for v in function(_, last) if not last then return later("x") elseif last == "x" then return later("y") end end do r = r .. v end return r',
    ],
    [
      '__index',
      'local later = ... local t = setmetatable({}, {__index = function(_, k) return later(k) end}) return t.x .. t.y',
    ],
    [
      '__newindex',
      'local later = ... local r local t = setmetatable({}, {__newindex = function(_, k, v) r = later(k) .. v end}) t.x = "y" return r',
    ],
    [
      '__call',
      'local later = ... local t = setmetatable({}, {__call = function(_, v) return later(v) end}) return t("xy")',
    ],
    [
      '__add and __concat',
      'local later = ... local t = setmetatable({}, {__add = function() return later("x") end, __concat = function() return later("y") end}) return (t + 1) .. (t .. 1)',
    ],
    [
      '__eq and __lt',
      'local later = ... local m = {__eq = function() return later(true) end, __lt = function() return later(true) end} local a, b = setmetatable({}, m), setmetatable({}, m) return a == b and a < b and "xy"',
    ],
    ['a tail call', 'local later = ... local function f(v) return later(v) end return f("xy")'],
  ])('works in %s', async (_name, body) => {
    expect(await openTestState().start(body, later)).toEqual(['xy']);
  });

  test('a function that needs no wait may return at once', async () => {
    const maybe = waits((value) => (value === 'now' ? 'at once' : Promise.resolve('later')));
    expect(await openTestState().start('local f = ... return f("now"), f("then")', maybe)).toEqual([
      'at once',
      'later',
    ]);
  });

  test('two calls of one state overlap, and each keeps its own variables', async () => {
    const state = openTestState();
    const first = deferred<string>();
    const second = deferred<string>();
    const fn = state.compile('local name, wait = ... local got = wait() return name .. got');
    const calls = [
      state.call(fn, ['a', waits(() => first.promise)]),
      state.call(fn, ['b', waits(() => second.promise)]),
    ];
    second.resolve('2');
    expect(await calls[1]).toEqual(['b2']);
    first.resolve('1');
    expect(await calls[0]).toEqual(['a1']);
  });

  test('a state may be called into while another call of it waits', async () => {
    const state = openTestState();
    const gate = deferred<number>();
    const waiting = state.start(
      'local wait = ... return wait()',
      waits(() => gate.promise),
    );
    expect(state.evaluate('return 1 + 1')).toEqual([2]);
    gate.resolve(7);
    expect(await waiting).toEqual([7]);
  });

  test('a host function may call back into Lua', async () => {
    const state = openTestState();
    const callback = state.compile('return (...) * 2');
    const apply: HostFunction = (n) => state.callSync(callback, [n])[0];
    expect(await state.start('local apply, later = ... return apply(4) + later(1)', apply, later)).toEqual([9]);
  });
});

describe('coroutines of the recipe', () => {
  test.each([
    [
      'resume',
      'local co = coroutine.create(function(a) local b = coroutine.yield(later(a)) return later(b) end) local _, x = coroutine.resume(co, "x") local _, y = coroutine.resume(co, "y") return x .. y',
    ],
    [
      'wrap',
      'local next = coroutine.wrap(function() coroutine.yield(later("x")) coroutine.yield(later("y")) end) return next() .. next()',
    ],
    [
      'wrap as an iterator',
      'local r = "" for v in coroutine.wrap(function() for _, n in ipairs{"x", "y"} do coroutine.yield(later(n)) end end) do r = r .. v end return r',
    ],
    [
      'two levels',
      'local outer = coroutine.wrap(function() local inner = coroutine.wrap(function() coroutine.yield(later("x")) coroutine.yield(later("y")) end) coroutine.yield(inner()) coroutine.yield(inner()) end) return outer() .. outer()',
    ],
    [
      'pcall in between',
      'local co = coroutine.wrap(function() local _, v = pcall(function() local w = coroutine.yield(later("x")) return later(w) end) return v end) return co() .. co("y")',
    ],
  ])('pass a wait on: %s', async (_name, body) => {
    expect(await openTestState().start(`local later = ... ${body}`, later)).toEqual(['xy']);
  });

  test('get the error of a wait from resume, and raise it from wrap', async () => {
    const body = `
      local fail = ...
      local ok, message = coroutine.resume(coroutine.create(function() fail() end))
      local ok2, message2 = pcall(coroutine.wrap(function() fail() end))
      return ok, message, ok2, message2`;
    const [ok, message, ok2, message2] = await openTestState().start(body, failing);
    expect([ok, ok2]).toEqual([false, false]);
    expect(message).toMatch(/^test\.lua:3: The script failed\.$/);
    expect(message2).toMatch(/^test\.lua:4: The script failed\.$/);
  });

  test('behave as in plain Lua otherwise', () => {
    const body = `
      local co = coroutine.create(function(...) local x = coroutine.yield(select("#", ...)) error({code = x}) end)
      local _, n = coroutine.resume(co, 1, nil, 3)
      local before = coroutine.status(co)
      local ok, err = coroutine.resume(co, 42)
      local dead, why = coroutine.resume(co)
      local main = select(2, coroutine.running())
      return n, before, ok, err.code, coroutine.status(co), dead, why, main, coroutine.isyieldable()`;
    expect(openTestState().evaluate(body)).toEqual([
      3,
      'suspended',
      false,
      42,
      'dead',
      false,
      'cannot resume dead coroutine',
      true,
      false,
    ]);
  });

  test('cannot yield past the verb itself', async () => {
    await expect(openTestState().start('coroutine.yield(1)')).rejects.toMatchObject({
      code: 'E_LUA_RUNTIME',
      message: 'attempt to yield from outside a coroutine',
    });
  });

  test('one that waits for fettle is not resumed by another call', async () => {
    const state = openTestState();
    const gate = deferred<string>();
    const first = state.start(
      'local wait = ... shared = coroutine.create(function() return wait() end) return select(2, coroutine.resume(shared))',
      waits(() => gate.promise),
    );
    expect(await state.start('return coroutine.resume(shared)')).toEqual([
      false,
      'cannot resume non-suspended coroutine',
    ]);
    gate.resolve('done');
    expect(await first).toEqual(['done']);
  });
});

describe('where Lua cannot wait', () => {
  const places: [string, string][] = [
    ['a table.sort comparator', 'table.sort({2, 1}, function() return wait() end)'],
    ['a string.gsub callback', 'string.gsub("a", "a", function() return wait() end)'],
    ['a __tostring metamethod', 'tostring(setmetatable({}, {__tostring = function() return wait() end}))'],
    ['a load reader', 'local f, err = load(function() return wait() end) error(err, 0)'],
    ['a coroutine inside a comparator', 'table.sort({2, 1}, coroutine.wrap(function() return wait() end))'],
  ];

  test.each(places)('%s gets a clear error before anything happens', async (_name, body) => {
    let started = 0;
    const ctx = new HostObject({}, { run: waits(async () => void (started += 1)) });
    await expect(openTestState().start(`local ctx = ... local wait = ctx.run ${body}`, ctx)).rejects.toMatchObject({
      code: 'E_LUA_RUNTIME',
      message: expect.stringContaining('run has to wait, and Lua cannot wait here'),
    });
    expect(started).toBe(0);
  });

  test('the top level of a file and callSync are such places', () => {
    const state = openTestState();
    state.setGlobal('wait', later);
    expect(() => state.run('wait()', 'top.lua')).toThrow(/Lua cannot wait here/);
    expect(() => state.evaluate('wait()')).toThrow(/Lua cannot wait here/);
  });

  test('a function that was not marked is told too, and its rejection is not left unhandled', () => {
    const unmarked: HostFunction = async () => Promise.reject(new Error('nobody listens'));
    expect(() => openTestState().evaluate('local f = ... f()', unmarked)).toThrow(/Lua cannot wait here/);
  });
});

describe('abort', () => {
  test('rejects with the reason of the signal, and the coroutine does not go on', async () => {
    const state = openTestState();
    const abort = new AbortController();
    const gate = deferred<undefined>();
    const reason = new FettleError('E_INTERRUPTED', 'The run was interrupted.');
    const call = state.call(
      state.compile('local wait = ... pcall(wait) reached = true'),
      [waits(() => gate.promise)],
      abort.signal,
    );
    abort.abort(reason);
    await expect(call).rejects.toBe(reason);
    gate.resolve(undefined);
    await gate.promise;
    await new Promise((resolve) => setImmediate(resolve));
    expect(state.global('reached')).toBeUndefined();
  });

  test('an aborted signal starts nothing', async () => {
    const state = openTestState();
    await expect(state.call(state.compile('reached = true'), [], AbortSignal.abort('no'))).rejects.toBe('no');
    expect(state.global('reached')).toBeUndefined();
  });

  test('a wait that fails because of the abort ends with the reason, whatever pcall surrounds it', async () => {
    const state = openTestState();
    const abort = new AbortController();
    const wait = waits(async () => {
      abort.abort('stop');
      throw new Error('killed');
    });
    await expect(state.call(state.compile('pcall(...) return "went on"'), [wait], abort.signal)).rejects.toBe('stop');
  });

  test('closing the state ends a call that waits', async () => {
    const state = openTestState();
    const gate = deferred<undefined>();
    const call = state.start(
      'local wait = ... wait()',
      waits(() => gate.promise),
    );
    state.close();
    gate.resolve(undefined);
    await expect(call).rejects.toMatchObject({ code: 'E_LUA_RUNTIME' });
  });
});
