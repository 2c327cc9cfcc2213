import { describe, expect, test } from '@jest/globals';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CORPUS, type HostileArchive } from '../src/archive/hostile/corpus.js';
import { World } from './support/index.js';

/** One of so many goes through the command; all of them go through the tests of the room itself. */
const SHARE = 3;

const EXIT_CODES = { E_ARCHIVE: [1], E_ARCHIVE_UNSAFE: [4] };

/** The command has the usual limits, which take a disk full of bytes to reach. */
function shareOf(archives: readonly HostileArchive[]): readonly HostileArchive[] {
  return archives.filter(({ limits }) => limits === undefined).filter((_, index) => index % SHARE === 0);
}

describe.each(Object.entries(CORPUS))('%s:', (_, archives) => {
  const titled = shareOf(archives).map((archive) => [archive.format, archive.name, archive] as const);

  test.each(titled)('a %s with %s', async (_format, _name, archive) => {
    await using world = await World.create();
    const victim = join(world.project, 'victim');
    await world.write('victim/secret.txt', 'secret');
    await world.write(`hostile.${archive.format}`, archive.bytes(victim));
    await mkdir(join(world.project, 'out'));
    const strip = archive.strip === undefined ? [] : ['--strip', String(archive.strip)];
    const { exitCode, stderr } = await world.fettle(['extract', `hostile.${archive.format}`, 'out', ...strip]);
    const { expect: expected } = archive;
    if ('tree' in expected) {
      expect(stderr).not.toContain('E_ARCHIVE');
      expect(exitCode).toBe(0);
    } else {
      expect(expected.code === undefined ? [1, 4] : EXIT_CODES[expected.code]).toContain(exitCode);
      expect(stderr).toMatch(/E_ARCHIVE/);
      if (typeof expected.entry === 'string') expect(stderr).toContain(expected.entry);
      expect(await readdir(join(world.project, 'out'))).toEqual([]);
    }
    expect(await readdir(victim)).toEqual(['secret.txt']);
    expect(await readFile(join(victim, 'secret.txt'), 'utf8')).toBe('secret');
    const escaped = (await readdir(world.root, { recursive: true })).filter((path) => /(^|\/)escaped/.test(path));
    expect(escaped.filter((path) => !path.startsWith('project/out/'))).toEqual([]);
  });
});
