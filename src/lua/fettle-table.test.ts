import { describe, expect, test } from '@jest/globals';
import { openScriptState, openLuaState, type LuaTable } from './index.js';
import { openTestState, testHost, thrownBy } from './test-rig.js';

describe('the table fettle', () => {
  test('tells the platform and the version, and has the fields that were added', () => {
    const state = openTestState({ fettleFields: { extra: 1 } });
    expect(
      state.evaluate(
        'return fettle.platform, fettle.arch, fettle.platform_arch, fettle.exe_ext, fettle.version, fettle.shell.BASH, fettle.extra',
      ),
    ).toEqual(['linux', 'x86_64', 'linux-x86_64', '', '1.2.3', 'bash', 1]);
    using windows = openLuaState({ host: { ...testHost, platform: 'windows' }, requireRoot: null, version: '1' });
    windows.run('ext = fettle.exe_ext', 'a.lua');
    expect(windows.global('ext')).toBe('.exe');
  });

  test('join makes one array of several', () => {
    expect((openTestState().evaluate('return fettle.join({1, 2}, {}, {"x"})')[0] as LuaTable).asArray()).toEqual([
      1,
      2,
      'x',
    ]);
  });

  test('path functions', () => {
    expect(
      openTestState().evaluate(
        'local p = fettle.path return p.join("a", "../b", "c.tar.gz"), p.basename("/x/y.txt"), p.dirname("/x/y.txt"), p.stem("/x/y.tar.gz"), p.extension("y.tar.gz"), p.stem(".profile")',
      ),
    ).toEqual(['b/c.tar.gz', 'y.txt', '/x', 'y.tar', '.gz', '.profile']);
  });

  test('messages go to the log by level', () => {
    const state = openTestState();
    state.run('fettle.debug("a") fettle.info(1) fettle.warn("b") fettle.error("c")', 'a.lua');
    expect(state.logged).toEqual(['debug: a', 'info: 1', 'warn: b', 'error: c']);
  });

  test.each([
    ['fettle.join({1}, "x")', 'bad argument #2 to fettle.join (table expected, got string)'],
    ['fettle.join({a = 1})', 'bad argument #1 to fettle.join (array without gaps expected, got table with other keys)'],
    ['fettle.template("x")', 'bad argument #2 to fettle.template (table expected, got nil)'],
    ['fettle.path.join("a", {})', 'bad argument #2 to fettle.path.join (string expected, got table)'],
    ['fettle.info(nil)', 'bad argument #1 to fettle.info (string expected, got nil)'],
  ])('%s names function and argument', (source, message) => {
    expect(thrownBy(() => openTestState().run(source, 'a.lua'))).toMatchObject({ code: 'E_CTX_ARGUMENT', message });
  });
});

describe('fettle.template', () => {
  test.each([
    ['{{ a }}-{{b}}{{  a}}', 'x-2x'],
    ['{ a } {x}', '{ a } {x}'],
    ['', ''],
    ['{{ yes }}', 'true'],
  ])('"%s" becomes "%s"', (template, filled) => {
    expect(openTestState().evaluate('return fettle.template(..., {a = "x", b = 2, yes = true})', template)).toEqual([
      filled,
    ]);
  });

  test.each(['{{ missing }}', '{{}}', '{{ a b }}', '{{ 1a }}', '{{ a', 'a }}', '{{ a }} }}', '{{ t }}'])(
    '"%s" is an error',
    (template) => {
      expect(
        thrownBy(() => openTestState().evaluate('return fettle.template(..., {a = "x", t = {}})', template)),
      ).toMatchObject({ code: 'E_CTX_ARGUMENT' });
    },
  );
});

describe('a trusted script', () => {
  async function runScript(source: string, args: string[] = []): Promise<{ written: string; exitCode: number | null }> {
    let written = '';
    using state = await openScriptState({
      host: testHost,
      version: '1.2.3',
      cwd: '/',
      args,
      write: (bytes) => void (written += Buffer.from(bytes).toString()),
    });
    state.run(source, 'script.lua');
    return { written, exitCode: state.exitCode };
  }

  test('prints to its output and sees its arguments', async () => {
    expect(await runScript('print(arg[0], arg[1], ...) io.write(fettle.version)', ['a', 'b'])).toEqual({
      written: 'script.lua\ta\ta\tb\n1.2.3',
      exitCode: null,
    });
  });

  test('reaches JavaScript through require "js"', async () => {
    expect((await runScript('local js = require "js" print(js.global.Math:max(1, 7))')).written).toBe('7.0\n');
  });

  test('ends with os.exit, whatever pcall surrounds it', async () => {
    expect(await runScript('pcall(os.exit, 3) print("not reached")')).toEqual({ written: '', exitCode: 3 });
  });
});
