import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveRig } from '../archive-rig.js';
import { gnuLong, pax, rawTar } from './raw-tar.js';
import { extraField, narrow, rawZip } from './raw-zip.js';
import { snapshot } from './snapshot.js';

const X = 'content';

const TAR = rawTar(
  { name: 'd/', type: '5' },
  { name: 'd/a', content: X },
  pax({ path: 'd/long', mtime: '1.5' }),
  { name: 'x', content: X },
  gnuLong('L', 'd/gnu'),
  { name: 'x', content: X },
  { name: 'l', type: '2', link: 'd/a' },
  { name: 'h', type: '1', link: 'd/a' },
);

const ZIP = rawZip([
  { name: 'd/', mode: 0o040755 },
  { name: 'd/a', content: X },
  { name: 'd/b', content: X.repeat(50), extra: extraField(0x5455, Buffer.concat([Buffer.from([1]), narrow(1e9)])) },
  { name: 'l', content: 'd/a', mode: 0o120777 },
]);

const CHANGE = fc.record({
  place: fc.nat(),
  // Letters that mean something in names and numbers, and any byte.
  byte: fc.oneof(fc.constantFrom(...Buffer.from('./\\:\0 0172LKxgS\x80\xff', 'latin1')), fc.nat(255)),
});

describe.each([
  ['tar', TAR],
  ['zip', ZIP],
])('%s', (format, whole) => {
  test('whatever bytes are changed, nothing outside is touched, and what fails leaves nothing', async () => {
    await using rig = await ArchiveRig.open();
    await mkdir(join(rig.folder, 'victim'));
    await writeFile(join(rig.folder, 'victim/secret.txt'), 'secret');
    await rig.write(`mutant.${format}`, whole);
    const before = await snapshot(rig.folder, ['out', `mutant.${format}`]);
    await fc.assert(
      fc.asyncProperty(fc.array(CHANGE, { minLength: 1, maxLength: 4 }), async (changes) => {
        const mutant = Buffer.from(whole);
        for (const { place, byte } of changes) mutant[place % mutant.length] = byte;
        await rm(rig.out, { recursive: true, force: true });
        const failure = await rig.extract(`mutant.${format}`, mutant).catch((error: unknown) => error);
        if (typeof failure !== 'number') {
          expect(failure).toMatchObject({ name: 'FettleError', code: expect.stringMatching(/^E_ARCHIVE/) });
          expect(await rig.tree()).toEqual({});
        }
        expect(await snapshot(rig.folder, ['out', `mutant.${format}`])).toEqual(before);
      }),
      { numRuns: 250 },
    );
  });
});
