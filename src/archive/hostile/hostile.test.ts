import { describe, expect, test } from '@jest/globals';
import { lstat, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveRig } from '../archive-rig.js';
import { CORPUS } from './corpus.js';
import type { Extraction, HostileArchive, Refusal } from './hostile-archive.js';
import { rawTar } from './raw-tar.js';
import { rawZip } from './raw-zip.js';
import { snapshot } from './snapshot.js';

describe.each(Object.entries(CORPUS))('%s:', (_, archives) => {
  const titled = archives.map((archive) => [archive.format, archive.name, archive] as const);

  test.each(titled)('a %s with %s', async (_format, _name, archive) => {
    await using rig = await ArchiveRig.open();
    const victim = join(rig.folder, 'victim');
    await mkdir(victim);
    await writeFile(join(victim, 'secret.txt'), 'secret');
    await mkdir(rig.out);
    const file = await rig.write(`hostile.${archive.format}`, archive.bytes(victim));
    const before = await snapshot(rig.folder, ['out']);
    await ('tree' in archive.expect ? expectTree(rig, file, archive) : expectRefusal(rig, file, archive));
    expect(await snapshot(rig.folder, ['out'])).toEqual(before);
  });
});

test('the corpus is large enough, and no two of its archives have one name', () => {
  const all = Object.values(CORPUS).flat();
  expect(all.filter(({ format }) => format !== 'zip').length).toBeGreaterThan(60);
  expect(all.filter(({ format }) => format === 'zip').length).toBeGreaterThan(60);
  expect(new Set(all.map(({ format, name }) => `${format} ${name}`)).size).toBe(all.length);
});

describe.each(['tar', 'zip'] as const)('a %s with two names that are one', (format) => {
  test.each([
    ['but for case', 'Name', 'name'],
    ['but for how an accent is written', '\u00e9', 'e\u0301'],
  ])('%s comes out as two files, or is refused where the file system takes them for one', async (_, one, other) => {
    await using rig = await ArchiveRig.open();
    await rig.write(one, '');
    const isOne = await lstat(join(rig.folder, other)).then(
      () => true,
      () => false,
    );
    const archive =
      format === 'tar' ? rawTar({ name: one }, { name: other }) : rawZip([{ name: one }, { name: other }]);
    const extracting = rig.extract(`clash.${format}`, archive);
    if (isOne) await expect(extracting).rejects.toMatchObject({ code: 'E_ARCHIVE_UNSAFE', facts: { entry: other } });
    else expect(await extracting).toBe(2);
  });
});

async function expectTree(rig: ArchiveRig, file: string, archive: HostileArchive): Promise<void> {
  await rig.extractFile(file, optionsOf(archive));
  expect(await rig.tree()).toEqual((archive.expect as Extraction).tree);
  await expectNoPrivileges(rig.out);
}

/** What was in the destination before stays as it is. */
async function expectRefusal(rig: ArchiveRig, file: string, archive: HostileArchive): Promise<void> {
  const { code, entry } = archive.expect as Refusal;
  await writeFile(rig.path('mine.txt'), 'mine');
  const before = await snapshot(rig.out);
  const extracting = rig.extractFile(file, optionsOf(archive));
  await expect(extracting).rejects.toMatchObject({
    name: 'FettleError',
    code: code ?? expect.stringMatching(/^E_ARCHIVE(_UNSAFE)?$/),
    facts: { archive: file, ...(entry !== undefined && { entry: matching(entry) }) },
  });
  // A message is one line, whatever names there are.
  await expect(extracting).rejects.toMatchObject({ message: expect.not.stringMatching(/\p{Cc}/u) });
  expect(await snapshot(rig.out)).toEqual(before);
}

function matching(entry: string | RegExp): unknown {
  return typeof entry === 'string' ? entry : expect.stringMatching(entry);
}

function optionsOf({ strip, limits }: HostileArchive): Parameters<ArchiveRig['extractFile']>[1] {
  return { ...(strip !== undefined && { strip }), ...(limits && { limits }) };
}

/** No set-user-id and the like, nothing but files, folders and links, and all of it can be removed by its owner. */
async function expectNoPrivileges(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const stats = await lstat(join(folder, name));
    expect(stats.isFile() || stats.isDirectory() || stats.isSymbolicLink()).toBe(true);
    expect(stats.mode & 0o7000).toBe(0);
    if (!stats.isDirectory()) continue;
    expect(stats.mode & 0o700).toBe(0o700);
    await expectNoPrivileges(join(folder, name));
  }
}
