import { describe, expect, test } from '@jest/globals';
import { LuaFunction, LuaTable, type LuaKey, type LuaValue } from '../lua/index.js';
import { failureOf } from './manifest-rig.js';
import { parseShell } from './parse-shell.js';

const table = (...entries: [LuaKey, LuaValue][]) => new LuaTable(new Map(entries));
const list = (...values: LuaValue[]) => table(...values.map((value, index): [LuaKey, LuaValue] => [index + 1, value]));

describe('parseShell', () => {
  test.each(['bash', 'sh', 'cmd', 'powershell'] as const)('reads the constant for %s', (name) => {
    expect(parseShell(name, 'default_shell')).toEqual({ form: 'builtin', name });
  });

  test('reads an inline shell', () => {
    expect(parseShell(table(['inline', list('/bin/dash', '-c')]), 'x')).toEqual({
      form: 'inline',
      argv: ['/bin/dash', '-c'],
    });
  });

  test('reads a shell with a file, given as one string or with arguments', () => {
    expect(parseShell(table(['file', '/usr/bin/python3'], ['ext', '.py']), 'x')).toEqual({
      form: 'file',
      argv: ['/usr/bin/python3'],
      ext: '.py',
    });
    expect(parseShell(table(['file', list('/bin/tclsh', '-x')], ['ext', '.tcl']), 'x')).toMatchObject({
      argv: ['/bin/tclsh', '-x'],
    });
  });

  test.each<[string, LuaValue, string]>([
    ['nil', undefined, 'x'],
    ['an unknown name', 'fish', 'x'],
    ['a number', 1, 'x'],
    ['a boolean', true, 'x'],
    ['a function', new LuaFunction('f', 1), 'x'],
    ['an empty table', table(), 'x'],
    ['both forms', table(['inline', list('/p')], ['file', '/p'], ['ext', '.x']), 'x'],
    ['an unknown field', table(['inlin', list('/p')]), 'x.inlin'],
    ['an inline that is a string', table(['inline', '/p -c']), 'x.inline'],
    ['an inline without a program', table(['inline', list()]), 'x.inline'],
    ['an empty argument', table(['inline', list('/p', '')]), 'x.inline[2]'],
    ['an argument that is no string', table(['inline', list('/p', 3)]), 'x.inline[2]'],
    ['an inline with ext', table(['inline', list('/p')], ['ext', '.x']), 'x'],
    ['a file without ext', table(['file', '/p']), 'x.ext'],
    ['an ext without a dot', table(['file', '/p'], ['ext', 'py']), 'x.ext'],
    ['an ext that is a path', table(['file', '/p'], ['ext', './../x']), 'x.ext'],
    ['an empty file', table(['file', ''], ['ext', '.py']), 'x.file'],
  ])('refuses %s', (_name, value, field) => {
    const error = failureOf(() => parseShell(value, 'x'));
    expect(error.code).toBe('E_SHELL');
    expect(error.facts['field']).toBe(field);
  });

  test('names the field that was meant', () => {
    const error = failureOf(() => parseShell(table(['inlin', list('/p')]), 'ctx.run: shell'));
    expect(error.facts).toMatchObject({ nearest: 'inline', field: 'ctx.run: shell.inlin' });
    expect(error.location).toBeUndefined();
  });
});
