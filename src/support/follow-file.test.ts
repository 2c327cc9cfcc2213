import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileFollower } from './follow-file.js';

let folder = '';
let path = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fettle-'));
  path = join(folder, 'log');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

/** Follows `path`; `told` resolves with all lines as soon as there are `count` of them. */
class Reader implements Disposable {
  readonly lines: string[] = [];
  #check: () => void = () => undefined;
  readonly #follower: FileFollower;

  constructor(lastLines = 10) {
    this.#follower = new FileFollower(path, {
      lastLines,
      onLines: (lines) => {
        this.lines.push(...lines);
        this.#check();
      },
    });
  }

  told(count: number): Promise<readonly string[]> {
    return new Promise((resolve) => {
      this.#check = () => {
        if (this.lines.length >= count) resolve(this.lines);
      };
      this.#check();
    });
  }

  [Symbol.dispose](): void {
    this.#follower[Symbol.dispose]();
  }
}

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);
const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

describe('what is there already', () => {
  test('only the last lines are told, then what is added', async () => {
    await writeFile(path, textOf(numbered(1, 50)));
    using reader = new Reader(3);
    expect(await reader.told(3)).toEqual(numbered(48, 50));
    await appendFile(path, textOf(['new']));
    expect((await reader.told(4)).slice(3)).toEqual(['new']);
  });

  test('a line without its end is told when it is whole', async () => {
    await writeFile(path, 'whole\nbegun');
    using reader = new Reader();
    expect(await reader.told(1)).toEqual(['whole']);
    await appendFile(path, ' and ended\n');
    expect(await reader.told(2)).toEqual(['whole', 'begun and ended']);
  });

  test('of a very long file only the end is looked at, and no half line is told', async () => {
    await writeFile(path, `${'x'.repeat(3_000_000)}\n${textOf(numbered(1, 2))}`);
    using reader = new Reader(10);
    expect(await reader.told(2)).toEqual(numbered(1, 2));
  });
});

describe('what comes', () => {
  test('a file that is not there yet is told from its first lines', async () => {
    using reader = new Reader();
    await writeFile(path, textOf(numbered(1, 3)));
    expect(await reader.told(3)).toEqual(numbered(1, 3));
  });

  test('a file that was cut begins anew', async () => {
    await writeFile(path, textOf(numbered(1, 3)));
    using reader = new Reader();
    await reader.told(3);
    await truncate(path, 0);
    await appendFile(path, 'x\n');
    expect((await reader.told(4)).slice(3)).toEqual(['x']);
  });

  test('a file that replaced it is told whole', async () => {
    await writeFile(path, textOf(['old']));
    using reader = new Reader();
    await reader.told(1);
    await writeFile(`${path}.next`, textOf(['a longer line than the old one', 'another']));
    await rename(`${path}.next`, path);
    expect(await reader.told(3)).toEqual(['old', 'a longer line than the old one', 'another']);
  });

  test('characters that are cut between two writes come whole', async () => {
    await writeFile(path, '');
    const bytes = Buffer.from('grüße €\n');
    using reader = new Reader();
    for (const byte of bytes) await appendFile(path, Uint8Array.of(byte));
    expect(await reader.told(1)).toEqual(['grüße €']);
  });

  test('a line that does not end is cut, so that it is never held as a whole', async () => {
    await writeFile(path, 'begin\n');
    using reader = new Reader();
    await reader.told(1);
    await appendFile(path, 'y'.repeat(200_000));
    const [, first = ''] = await reader.told(2);
    expect(first.length).toBeGreaterThan(60_000);
    expect(first.length).toBeLessThan(140_000);
  });

  test('when far too much comes at once, its end is told', async () => {
    await writeFile(path, textOf(['first']));
    using reader = new Reader();
    await reader.told(1);
    await writeFile(`${path}.next`, `${'z'.repeat(3_000_000)}\n${textOf(['last'])}`);
    await rename(`${path}.next`, path);
    expect((await reader.told(2)).map((line) => line.slice(0, 10))).toEqual(['first', 'last']);
  });
});

test('nothing is told once it is disposed', async () => {
  await writeFile(path, textOf(['one']));
  const [ended, reader] = [new Reader(), new Reader()];
  await Promise.all([ended.told(1), reader.told(1)]);
  ended[Symbol.dispose]();
  await appendFile(path, textOf(['two']));
  await reader.told(2);
  expect(ended.lines).toEqual(['one']);
  reader[Symbol.dispose]();
});
