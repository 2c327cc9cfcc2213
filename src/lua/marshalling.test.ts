import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  HostObject,
  LazyFields,
  type LateMembers,
  type LuaFunction,
  LuaTable,
  MultipleResults,
  type HostValue,
  type LuaValue,
} from './index.js';
import { openTestState, thrownBy } from './test-rig.js';

const number = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(2147483647, 2147483648, -2147483648, -2147483649, 2 ** 53),
);
const text = fc.string({ unit: 'binary' });
const bytes = fc.uint8Array().filter((value) => typeof asLua(value) !== 'string');
const scalar = fc.oneof(fc.boolean(), number, text, bytes);
/** A string key is told apart from a number, and Lua has no NaN keys. */
const key = fc.oneof(text, fc.integer(), fc.boolean());
const { tree } = fc.letrec<{ tree: LuaValue }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(fc.tuple(key, tie('tree')), { maxLength: 5 }).map((entries) => new LuaTable(new Map(entries))),
  ),
}));

function asLua(value: Uint8Array): string | Uint8Array {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value);
  } catch {
    return value;
  }
}

describe('round trips', () => {
  const state = openTestState();
  const identity = state.compile('return ...');

  test('every value that Lua can hold comes back as it went in', () => {
    fc.assert(
      fc.property(tree as fc.Arbitrary<LuaValue & HostValue>, (value) => {
        expect(state.callSync(identity, [value])).toEqual([value]);
      }),
    );
  });

  test.each([63, 64, 65])('so does text of %i characters, whether ASCII or not', (length) => {
    for (const last of ['a', '\x7f', '\x80', 'é', '€']) {
      const long = `${'x'.repeat(length - 1)}${last}`;
      expect(state.callSync(identity, [long])).toEqual([long]);
    }
  });

  test('keys keep the order they were set in', () => {
    const table = new LuaTable(
      new Map<string | number, number>([
        ['z', 1],
        [3, 2],
        ['a', 3],
        [1, 4],
      ]),
    );
    const [back] = state.callSync(identity, [table]);
    expect([...(back as LuaTable).entries.keys()]).toEqual(['z', 3, 'a', 1]);
  });

  test('arrays become sequences and plain objects tables', () => {
    expect(
      state.evaluate('local t = ... return #t.list, t.list[2], t.nested.deep', {
        list: [1, 'b'],
        nested: { deep: true },
      }),
    ).toEqual([2, 'b', true]);
  });

  test('a function keeps its identity and tells where it is defined', () => {
    state.run('\nfunction second() end', 'where.lua');
    const fn = state.global('second');
    expect(fn).toMatchObject({ file: 'where.lua', line: 2 });
    expect(state.callSync(identity, [fn as LuaFunction])[0]).toBe(fn);
    expect(state.evaluate('return second == ...', fn as LuaFunction)).toEqual([true]);
  });

  test('trailing nils are kept', () => {
    expect(state.callSync(identity, [1, null, undefined])).toEqual([1, undefined, undefined]);
  });
});

describe('numbers', () => {
  const state = openTestState();
  const typeOf = state.compile('return math.type(...)');

  test.each([
    [2147483647, 'integer'],
    [-2147483648, 'integer'],
    [2147483648, 'float'],
    [1.5, 'float'],
    [-0, 'float'],
    [Number.NaN, 'float'],
  ])('%d becomes a Lua %s', (value, type) => {
    expect(state.callSync(typeOf, [value])).toEqual([type]);
  });
});

describe('what cannot be read', () => {
  const state = openTestState();

  test('a table that contains itself names the path to it', () => {
    state.run('t = {list = {1, {}}} t.list[2].back = t', 'cycle.lua');
    expect(thrownBy(() => state.global('t'))).toMatchObject({ code: 'E_LUA_VALUE', facts: { path: 'list[2].back' } });
  });

  test('the same table twice is no cycle', () => {
    state.run('local shared = {1} twice = {shared, shared}', 'twice.lua');
    expect((state.global('twice') as LuaTable).asArray()).toHaveLength(2);
  });

  test.each([
    ['a coroutine', 'x = coroutine.create(print)'],
    ['a table as a key', 'x = {[{}] = 1}'],
    ['a key that is not UTF-8', 'x = {["\\xff"] = 1}'],
    ['a very deep table', 'x = {} local t = x for i = 1, 5000 do t[1] = {} t = t[1] end'],
  ])('%s is E_LUA_VALUE', (_name, source) => {
    state.run(source, 'x.lua');
    expect(thrownBy(() => state.global('x'))).toMatchObject({ code: 'E_LUA_VALUE' });
  });

  test('a function of another state is refused', () => {
    const stranger = openTestState().compile('return 1');
    expect(thrownBy(() => state.callSync(stranger, []))).toMatchObject({ code: 'E_LUA_VALUE' });
  });
});

describe('host functions', () => {
  test('arguments and results are marshalled, an array is one table, MultipleResults are several', () => {
    const state = openTestState();
    const seen: LuaValue[] = [];
    const host = {
      take: (...args: LuaValue[]) => void seen.push(...args),
      list: () => [1, 2],
      several: () => new MultipleResults([1, 'two']),
    };
    const results = state.evaluate('local h = ... h.take(1, "a", nil, true) return #h.list(), h.several()', host);
    expect(seen).toEqual([1, 'a', undefined, true]);
    expect(results).toEqual([2, 1, 'two']);
  });

  test('methods work with a dot and a colon, and never see their own table', () => {
    const calls: LuaValue[][] = [];
    const object = new HostObject({ name: 'ctx' }, { run: (...args) => void calls.push(args) });
    const [name] = openTestState().evaluate(
      'local ctx = ... ctx.run("a") ctx:run("b") ctx.run() ctx:run() return ctx.name',
      object,
    );
    expect(calls).toEqual([['a'], ['b'], [], []]);
    expect(name).toBe('ctx');
  });

  test('may make its functions when they are first read: once, and pairs sees all', () => {
    const state = openTestState();
    const made: string[] = [];
    const late: LateMembers = {
      fields: { tmp: () => '/tmp' },
      methods: ['run', 'stop', 'idle'],
      makeMethod: (name) => {
        made.push(name);
        return (...args) => `${name} ${String(args.length)}`;
      },
    };
    const object = new HostObject({ id: 1 }, {}, 'ctx', late);
    const calls = 'local o = ... return o.run(1), o:run(1), o.run == o.run, o.stop(), o.walk, o.tmp';
    expect(state.evaluate(calls, object)).toEqual(['run 1', 'run 1', true, 'stop 0', undefined, '/tmp']);
    expect(made).toEqual(['run', 'stop']);
    const names =
      'local names = {} for name in pairs(...) do names[#names + 1] = name end table.sort(names) return names';
    const [all] = state.evaluate(names, object);
    expect((all as LuaTable).asArray()).toEqual(['id', 'idle', 'run', 'stop', 'tmp']);
    const changed = 'local o = ... local run = o.run o.run = nil o.idle = 2 return o.run, o.idle, run()';
    expect(state.evaluate(changed, object)).toEqual([undefined, 2, 'run 0']);
  });

  test('may have lazy fields beside the others, and pairs sees all', () => {
    const read: string[] = [];
    const fields = { tmp: () => (read.push('tmp'), '/tmp'), nothing: () => undefined };
    const late = { fields, methods: [], makeMethod: () => () => undefined };
    const object = new HostObject({ name: 'ctx' }, { run: (...args) => args.length }, 'ctx', late);
    const state = openTestState();
    expect(state.evaluate('local ctx = ... return ctx.name, ctx:run(1)', object)).toEqual(['ctx', 1]);
    expect(read).toEqual([]);
    const code = 'local ctx = ... local n = 0 for _ in pairs(ctx) do n = n + 1 end return n, ctx.tmp, ctx.nothing';
    expect(state.evaluate(code, object)).toEqual([3, '/tmp', undefined]);
    expect(read).toEqual(['tmp']);
  });

  test('another object of the same kind is an argument, not self', () => {
    const calls: LuaValue[][] = [];
    const make = (): HostObject => new HostObject({ id: 1 }, { run: (...args) => void calls.push(args) });
    openTestState().evaluate('local a, b = ... a.run(b)', make(), make());
    expect(calls[0]?.[0]).toBeInstanceOf(LuaTable);
  });
});

describe('lazy fields', () => {
  function lazyOutput(): { fields: LazyFields; computed: string[] } {
    const computed: string[] = [];
    const compute = (name: string) => () => {
      computed.push(name);
      return `${name} text`;
    };
    return {
      computed,
      fields: new LazyFields({ exit_code: 0 }, { stdout: compute('stdout'), stderr: compute('stderr') }),
    };
  }

  test('a field is computed when it is first read, and once', () => {
    const { fields, computed } = lazyOutput();
    const results = openTestState().evaluate('local r = ... return r.exit_code, r.stdout, r.stdout, r.missing', fields);
    expect(results).toEqual([0, 'stdout text', 'stdout text', undefined]);
    expect(computed).toEqual(['stdout']);
  });

  test('pairs sees all of them', () => {
    const { fields } = lazyOutput();
    const body =
      'local names = {} for k in pairs(...) do names[#names + 1] = k end table.sort(names) return table.concat(names, " ")';
    expect(openTestState().evaluate(body, fields)).toEqual(['exit_code stderr stdout']);
  });

  test('a table handed back to JavaScript is whole', () => {
    const { fields } = lazyOutput();
    const [back] = openTestState().evaluate('return ...', fields);
    expect((back as LuaTable).get('stderr')).toBe('stderr text');
  });

  test('an assigned field stays assigned', () => {
    const { fields, computed } = lazyOutput();
    const [back] = openTestState().evaluate('local r = ... r.stdout = "mine" return r', fields);
    expect((back as LuaTable).get('stdout')).toBe('mine');
    expect(computed).toEqual(['stderr']);
  });

  test('the original may be read in two states', () => {
    const { fields, computed } = lazyOutput();
    openTestState().evaluate('return (...).stdout', fields);
    expect(openTestState().evaluate('return (...).stdout', fields)).toEqual(['stdout text']);
    expect(computed).toEqual(['stdout', 'stdout']);
  });
});
