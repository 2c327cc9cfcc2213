import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LuaState } from './index.js';
import { openTestState } from './test-rig.js';

/** Every table that is there before a chunk makes one. */
const TABLES = [
  ...['_G', 'package.loaded', 'getmetatable("")', 'string', 'table', 'math', 'utf8', 'coroutine', 'os', 'io'],
  ...['io.stdout', 'debug', 'package', 'fettle', 'fettle.shell', 'fettle.path'],
] as const;

/** What a recipe can do to a table `t`; `k` is one of its keys. */
const CHANGES = {
  'change a field': 't[k] = "changed"',
  'remove a field': 't[k] = nil',
  'wrap a function': 'local f = t[k] t[k] = function(...) return f(...) end',
  'add a field': 't.added = { 1 }',
  'remove all fields':
    'local all = {} for key in next, t do all[#all + 1] = key end for _, key in ipairs(all) do t[key] = nil end',
  'give it a metatable':
    'setmetatable(t, { __index = function() return "indexed" end, __newindex = error, __len = error })',
} as const;

/** All that can be reached from the globals, as sorted lines of path and value. */
const SURVEY = `
local next, type, tostring, insert, sort, getmetatable = next, type, tostring, table.insert, table.sort, getmetatable
local lines, seen = {}, {}
local function survey(path, value)
  local kind = type(value)
  local text = kind == "function" and "" or kind == "table" and (seen[value] or "") or tostring(value)
  lines[#lines + 1] = path .. ": " .. kind .. " " .. text
  if kind == "table" and not seen[value] then
    seen[value] = path
    local keys, fields = {}, {}
    for key, field in next, value do keys[#keys + 1] = tostring(key) fields[tostring(key)] = field end
    sort(keys)
    for _, key in ipairs(keys) do survey(path .. "." .. key, fields[key]) end
  end
  local meta = getmetatable(value)
  if meta ~= nil and (kind ~= "string" or path == "text") then survey(path .. "<meta>", meta) end
end
survey("_G", _G)
survey("text", "")
return lines`;

function survey(state: ReturnType<typeof openTestState>): unknown {
  return state.evaluate(SURVEY);
}

function change(state: LuaState, { table, what, which }: Change): void {
  // A change may break what the next one needs, as in a real recipe.
  const source = `pcall(function()
    local t, keys = ${table}, {}
    for key in next, t do keys[#keys + 1] = key end
    local k = keys[${which} % #keys + 1]
    ${CHANGES[what]}
  end)`;
  try {
    state.run(source, 'change.lua');
  } catch {
    // There is no pcall any more.
  }
}

interface Change {
  readonly table: (typeof TABLES)[number];
  readonly what: keyof typeof CHANGES;
  readonly which: number;
}

const someChange = fc.record<Change>({
  table: fc.constantFrom(...TABLES),
  what: fc.constantFrom(...(Object.keys(CHANGES) as (keyof typeof CHANGES)[])),
  which: fc.nat(60),
});

const untouched = survey(openTestState());

describe('whatever one state does to what it was given, no other state sees it', () => {
  test('the survey sees each change', () => {
    for (const table of TABLES) {
      using state = openTestState();
      state.run(`local t = ${table} t.added = 1 _G["package"] = package`, 'change.lua');
      expect(survey(state)).not.toEqual(untouched);
    }
  });

  test.each(TABLES)('each change of %s', (table) => {
    using before = openTestState();
    for (const what of Object.keys(CHANGES) as (keyof typeof CHANGES)[]) {
      using changed = openTestState();
      for (const which of [0, 1, 2]) change(changed, { table, what, which });
      using after = openTestState();
      expect(survey(after)).toEqual(untouched);
    }
    expect(survey(before)).toEqual(untouched);
  });

  test('any sequence of changes', () => {
    fc.assert(
      fc.property(fc.array(someChange, { minLength: 1, maxLength: 12 }), (changes) => {
        using before = openTestState();
        before.run('local all = _G', 'before.lua');
        using changed = openTestState();
        for (const each of changes) change(changed, each);
        using after = openTestState();
        expect(survey(before)).toEqual(untouched);
        expect(survey(after)).toEqual(untouched);
      }),
      { numRuns: 60 },
    );
  });
});

test('the globals come in the same order in each state', () => {
  const order = (): unknown =>
    openTestState().evaluate('local names = {} for name in pairs(_G) do names[#names + 1] = name end return names');
  const first = order();
  expect(order()).toEqual(first);
  expect(JSON.stringify(order())).toBe(JSON.stringify(first));
});

test.each(['_G', 'string', 'table', 'package.loaded'])(
  '%s serves as a metatable, whatever is put into it when',
  (table) => {
    const state = openTestState();
    const source = `
    local mine = setmetatable({}, ${table})
    before = rawequal(mine.absent, nil)
    ${table}.__index = function(_, key) return key end
    after = mine.absent`;
    state.run(source, 'recipe.lua');
    expect([state.global('before'), state.global('after')]).toEqual([true, 'absent']);
  },
);
