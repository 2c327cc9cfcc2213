import { describe, expect, test } from '@jest/globals';
import type { Command } from 'commander';
import { createProgram } from '../program.js';
import { commandPlaces } from './command-place.js';
import { completionTable } from './completion-table.js';
import { expectedValueOf } from './expected-value.js';
import { completionScript } from './index.js';

const streams = { out: () => undefined, err: () => undefined, errIsTerminal: false, terminal: undefined };
const program = createProgram({ streams, version: '0', shippedDir: '/', build: '' }, { exitCode: 0 });

function allCommands(command: Command, path: readonly string[] = []): readonly (readonly [string, Command])[] {
  return [[path.join(' '), command], ...command.commands.flatMap((each) => allCommands(each, [...path, each.name()]))];
}

describe('the grammar', () => {
  const operands = allCommands(program).flatMap(([path, command]) =>
    command.registeredArguments.filter(({ argChoices }) => !argChoices).map((each) => [path, each.name()] as const),
  );
  const options = allCommands(program).flatMap(([path, command]) =>
    command.options
      .filter(({ required, optional, argChoices }) => (required || optional) && !argChoices)
      .map(({ flags }) => [path, /[<[](.+?)(?:\.\.\.)?[>\]]/.exec(flags)?.[1] ?? ''] as const),
  );

  test('has no placeholder without a meaning', () => {
    const unknown = [...operands, ...options].filter(
      ([path, placeholder]) => placeholder !== 'code' && expectedValueOf(path, placeholder) === undefined,
    );
    expect(unknown).toEqual([]);
    expect(operands.length).toBeGreaterThan(10);
    expect(options.length).toBeGreaterThan(10);
  });

  test('is in the table with every command that help shows, and none that it hides', () => {
    const paths = commandPlaces(program).map(({ path }) => path);
    for (const path of ['', 'sync', 'cache', 'cache gc', 'help', 'cache help']) expect(paths).toContain(path);
    for (const path of ['hook-env', 'complete-names']) expect(paths).not.toContain(path);
  });

  test('has options of its own at each command, and those of fettle once', () => {
    const table = completionTable(commandPlaces(program));
    const textsOf = (path: string) => table.options.find((row) => row.path === path)?.words.map(({ text }) => text);
    expect(textsOf('cache gc')).toEqual(['--max-size', '--older-than', '--dry-run', '--json', '--help']);
    expect(textsOf('')).toEqual(['--version', '--help']);
    expect(table.globalOptions.map(({ text }) => text)).toEqual(expect.arrayContaining(['--cache-root', '--offline']));
    expect(table.passing).toEqual(expect.arrayContaining(['run', 'lua']));
  });
});

describe('the script of PowerShell', () => {
  const script = completionScript(program, 'powershell');

  test('registers a completer and has the whole grammar', () => {
    expect(script).toContain('Register-ArgumentCompleter -Native -CommandName fettle');
    expect(script).toContain(
      "$global:__fettle_expected['* --color'] = @('words') + @('auto', '', 'always', '', 'never', '')",
    );
    expect(script).toContain("$global:__fettle_expected['why #1'] = @('names', 'packages')");
    expect(script).toMatch(/\$global:__fettle_commands\['cache'\] = @\('dir', '/);
  });

  test('has as many closing brackets as opening ones outside of its strings', () => {
    const code = script.replace(/'(?:[^']|'')*'|"(?:[^"`]|`.)*"/g, '');
    for (const [opening, closing] of ['{}', '()', '[]'])
      expect(code.split(opening ?? '').length).toBe(code.split(closing ?? '').length);
  });
});
