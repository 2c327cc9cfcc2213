import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { scriptOf, sourceFolder } from './command-line.js';

function inTemporaryFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'fettle-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the script of a declarative build', () => {
  test('hands every word to its program unchanged, whatever is in it', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
        const print = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))';
        const script = scriptOf('/', [[process.execPath, '-e', print, '--', ...words]]);
        const output = execFileSync('/bin/sh', ['-e', '-c', script], { encoding: 'utf8' });
        expect(JSON.parse(output)).toEqual(words);
      }),
      { numRuns: 20 },
    );
  });

  test('stops at the first command that fails', () => {
    const script = scriptOf('/', [['false'], ['echo', 'went on']]);
    expect(() => execFileSync('/bin/sh', ['-e', '-c', script], { stdio: 'pipe' })).toThrow();
  });
});

describe('the source folder', () => {
  test('is stage_dir when the sources lie there', () => {
    inTemporaryFolder((stage) => {
      writeFileSync(join(stage, 'CMakeLists.txt'), '');
      mkdirSync(join(stage, 'src'));
      expect(sourceFolder(stage, undefined, ['CMakeLists.txt'])).toBe(stage);
    });
  });

  test('is the only folder of stage_dir when they lie one deeper', () => {
    inTemporaryFolder((stage) => {
      mkdirSync(join(stage, 'kit-1.0'));
      expect(sourceFolder(stage, undefined, ['CMakeLists.txt'])).toBe(join(stage, 'kit-1.0'));
    });
  });

  test('is an error that lists what is there when the declared one is missing', () => {
    inTemporaryFolder((stage) => {
      mkdirSync(join(stage, 'kit-1.0'));
      expect(() => sourceFolder(stage, 'kit', [])).toThrow(
        expect.objectContaining({ code: 'E_VERB', facts: { source: 'kit', stage_dir: stage, there: ['kit-1.0'] } }),
      );
    });
  });
});
