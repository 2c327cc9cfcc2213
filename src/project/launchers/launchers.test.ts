import { describe, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { FettleError } from '../../errors/index.js';
import { failureOf, TemporaryFolder } from '../../support/temporary-folder-rig.js';
import { composeEnvironment } from '../compose.js';
import { recordOf } from '../record-rig.js';
import type { PackageRecord } from '../record.js';
import { cmdLauncher } from './cmd.js';
import { writeLaunchers } from './index.js';

/** Prints its arguments and what it sees of the environment, as JSON lines cannot be mistaken. */
const SHOW = `#!${process.execPath}
console.log(JSON.stringify({ args: process.argv.slice(2), env: process.env }));
`;

/** A project whose packages hold programs: asset folder → program names. */
class Rig implements Disposable {
  readonly folder = new TemporaryFolder();
  readonly project = this.folder.makeFolder("it's a project");
  readonly launchers = join(this.project, '.fettle/bin');

  program(path: string, text = SHOW): string {
    const file = this.folder.write(path, text);
    chmodSync(file, 0o755);
    return file;
  }

  path(path: string): string {
    return join(this.folder.directory, path);
  }

  write(...packages: Partial<PackageRecord>[]): void {
    const record = recordOf(packages, this.project);
    writeLaunchers(this.project, composeEnvironment(record), record, 'linux');
  }

  names(): readonly string[] {
    return readdirSync(this.launchers).sort();
  }

  run(name: string, args: readonly string[] = [], env: Record<string, string> = { PATH: '/usr/bin:/bin' }): Shown {
    return JSON.parse(execFileSync(join(this.launchers, name), args, { encoding: 'utf8', env })) as Shown;
  }

  [Symbol.dispose](): void {
    this.folder[Symbol.dispose]();
  }
}

interface Shown {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

function deployed(path: readonly string[], env: Record<string, string> = {}): Partial<PackageRecord> {
  return { deployed: { path, env } };
}

describe('a launcher', () => {
  test('runs the program with the arguments as they are, in the environment of the project', () => {
    using rig = new Rig();
    rig.program('asset/bin/tool');
    rig.write(deployed([rig.path('asset/bin')], { A: '1' }));
    const args = ['a b', '', '--', "it's", '$HOME', '*', '\n', 'é'];
    const shown = rig.run('tool', args);
    expect(shown.args).toEqual(args);
    expect(shown.env).toMatchObject({
      A: '1',
      FETTLE_PROJECT_DIR: rig.project,
      PATH: `${rig.path('asset/bin')}:/usr/bin:/bin`,
    });
  });

  test('gives any value on as it is', () => {
    using rig = new Rig();
    rig.program('bin/tool', '#!/bin/sh\nprintf "%s|" "$VALUE"\n');
    const anyValue = fc
      .array(fc.oneof(fc.constantFrom("'", '"', '\\', '$x', '`', '\n', ' ', '!', '%'), fc.string({ unit: 'grapheme' })))
      .map((parts) => parts.join('').replaceAll('\0', ''));
    fc.assert(
      fc.property(anyValue, (VALUE) => {
        rig.write(deployed([rig.path('bin')], { VALUE }));
        expect(execFileSync(join(rig.launchers, 'tool'), { encoding: 'utf8' })).toBe(`${VALUE}|`);
      }),
      { numRuns: 25 },
    );
  });

  test('passes the exit code on, and is the program itself', () => {
    using rig = new Rig();
    rig.program('bin/tool', '#!/bin/sh\necho $$; exit 7\n');
    rig.write(deployed([rig.path('bin')]));
    const { status, stdout, pid } = spawnSync(join(rig.launchers, 'tool'), { encoding: 'utf8' });
    expect([status, stdout]).toEqual([7, `${pid}\n`]);
  });

  test('never finds itself, when its folder is on PATH', () => {
    using rig = new Rig();
    rig.program('bin/cc', '#!/bin/sh\nPATH=${PATH#*:}; echo "$PATH"; command -v cc || echo none\n');
    rig.write(deployed([rig.path('bin')]));
    const env = { PATH: `${rig.launchers}:/nowhere:${rig.launchers}:${rig.launchers}` };
    expect(execFileSync(join(rig.launchers, 'cc'), { encoding: 'utf8', env })).toBe('/nowhere\nnone\n');
  });

  test.each([
    ['', '/x'],
    [':', '/x::'],
    ['/a:', '/x:/a:'],
    [':/a', '/x::/a'],
  ])('leaves the empty entries of PATH "%s" as they are', (PATH, expected) => {
    using rig = new Rig();
    rig.program('bin/tool');
    const tool = { products: { tool: rig.path('bin/tool') }, ...deployed(['/x']) };
    rig.write(tool);
    expect(rig.run('tool', [], { PATH }).env['PATH']).toBe(expected);
  });

  test('leaves exported variables alone that are no business of the project', () => {
    using rig = new Rig();
    rig.program('bin/tool');
    rig.write(deployed([rig.path('bin')]));
    const env = { PATH: '/bin', program: '1', others: '2', name: '3' };
    expect(rig.run('tool', [], env).env).toMatchObject({ program: '1', others: '2', name: '3' });
  });

  test('of a program that has gone from the cache says what to do', () => {
    using rig = new Rig();
    rig.program('bin/tool');
    rig.write(deployed([rig.path('bin')]));
    chmodSync(rig.path('bin/tool'), 0o644);
    const { status, stderr } = spawnSync(join(rig.launchers, 'tool'), { encoding: 'utf8' });
    expect([status, stderr]).toEqual([
      127,
      `fettle: tool is not in the cache any more; run "fettle sync" in ${rig.project}\n`,
    ]);
  });
});

describe('the launchers of a project', () => {
  test('are one for each program on PATH, the first folder first, and for each product', () => {
    using rig = new Rig();
    for (const file of ['one/bin/a', 'one/bin/b', 'two/bin/b', 'two/libexec/c']) rig.program(file);
    rig.folder.write('one/bin/notes.txt', '');
    mkdirSync(rig.path('one/bin/folder'));
    rig.write(
      { ...deployed([rig.path('one/bin')]), products: { a: rig.path('two/bin/b'), c: rig.path('two/libexec/c') } },
      { ...deployed([rig.path('two/bin'), '/nowhere']), products: { header: rig.path('one/bin/notes.txt') } },
    );
    expect(rig.names()).toEqual(['a', 'b', 'c']);
    expect(readFileSync(join(rig.launchers, 'a'), 'utf8')).toContain(rig.path('one/bin/a'));
    expect(readFileSync(join(rig.launchers, 'b'), 'utf8')).toContain(rig.path('one/bin/b'));
  });

  test('are none of themselves, and none of what everybody has', () => {
    using rig = new Rig();
    rig.program('bin/tool');
    rig.write(deployed([rig.path('bin')]));
    rig.write(deployed([rig.launchers, rig.path('bin'), '/usr/bin']));
    expect(rig.names()).toEqual(['tool']);
    expect(readFileSync(join(rig.launchers, 'tool'), 'utf8')).toContain(rig.path('bin/tool'));
    expect(rig.run('tool').env['PATH']).not.toContain(rig.launchers);
  });

  test('that nothing stands for any more are removed; what others put there stays', () => {
    using rig = new Rig();
    for (const name of ['old', 'kept']) rig.program(`bin/${name}`);
    rig.write(deployed([rig.path('bin')]));
    rig.program("it's a project/.fettle/bin/mine");
    rig.write({ products: { kept: rig.path('bin/kept') } });
    expect(rig.names()).toEqual(['kept', 'mine']);
    rig.write();
    expect(rig.names()).toEqual(['mine']);
  });

  test('of a project without programs are not even a folder', () => {
    using rig = new Rig();
    mkdirSync(join(rig.project, '.fettle'));
    rig.write(deployed(['/nowhere']));
    expect(existsSync(rig.launchers)).toBe(false);
  });

  test('are replaced and never changed, for a shell may be reading them', () => {
    using rig = new Rig();
    rig.program('bin/tool');
    rig.write(deployed([rig.path('bin')]));
    const before = statSync(join(rig.launchers, 'tool')).ino;
    rig.write(deployed([rig.path('bin')], { A: '1' }));
    expect(statSync(join(rig.launchers, 'tool')).ino).not.toBe(before);
    expect(readdirSync(join(rig.project, '.fettle'))).toEqual(['bin']);
  });

  test('are made executable again', () => {
    using rig = new Rig();
    rig.program('bin/tool');
    rig.write(deployed([rig.path('bin')]));
    chmodSync(join(rig.launchers, 'tool'), 0o644);
    rig.write(deployed([rig.path('bin')]));
    expect(rig.run('tool').args).toEqual([]);
  });

  test('that cannot be written are a failure that names their folder', () => {
    using rig = new Rig();
    rig.program('bin/tool');
    writeFileSync(join(rig.project, '.fettle'), '');
    const failure = failureOf(() => {
      rig.write(deployed([rig.path('bin')]));
    });
    expect(failure).toBeInstanceOf(FettleError);
    expect(failure).toMatchObject({ code: 'E_FILE', facts: { path: rig.launchers } });
  });
});

test('a launcher for Windows sets what cmd can hold, and nothing is expanded', () => {
  const composed = composeEnvironment(
    recordOf([deployed(['C:\\kit\\bin'], { RATE: '100%', QUOTED: 'a"b', LINES: '1\n2' })], 'C:\\project'),
  );
  const write = cmdLauncher(composed, 'C:\\project\\.fettle\\bin');
  const lines = write({ name: 'tool', program: 'C:\\kit\\bin\\tool.exe' }).split('\r\n');
  expect(lines).toContain('set "RATE=100%%"');
  expect(lines).toContain('set "PATH=C:\\kit\\bin;%PATH:C:\\project\\.fettle\\bin;=%"');
  expect(lines).toContain('"C:\\kit\\bin\\tool.exe" %*');
  expect(lines.join()).not.toMatch(/QUOTED|LINES/);
});
