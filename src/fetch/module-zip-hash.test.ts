import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { FetchRig } from './fetch-rig.js';
import { hashModuleZip } from './module-zip-hash.js';
import { parseIntegrity } from './parse-integrity.js';

const FILES = {
  'a.b/kit@v1.0.0/go.mod': 'module a.b/kit\n',
  'a.b/kit@v1.0.0/Z.go': 'package kit\n',
  'a.b/kit@v1.0.0/a.go': '',
};

/** Entries without compression; nothing of a zip that matters here needs more. */
function zip(files: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = [];
  const records: Buffer[] = [];
  for (const [name, content] of Object.entries(files)) {
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt32LE(content.length, 14);
    fields.writeUInt32LE(content.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const offset = Buffer.alloc(4);
    offset.writeUInt32LE(Buffer.concat(locals).length);
    records.push(Buffer.from('PK\x01\x02\x14\x00'), fields, Buffer.alloc(10), offset, Buffer.from(name));
    locals.push(Buffer.from('PK\x03\x04'), fields, Buffer.from(name), Buffer.from(content));
  }
  const end = Buffer.alloc(18);
  const count = Object.keys(files).length;
  end.writeUInt16LE(count, 4);
  end.writeUInt16LE(count, 6);
  end.writeUInt32LE(Buffer.concat(records).length, 8);
  end.writeUInt32LE(Buffer.concat(locals).length, 12);
  return Buffer.concat([...locals, ...records, Buffer.from('PK\x05\x06'), end]);
}

function expectedHash(files: Readonly<Record<string, string>>): string {
  const list = Object.keys(files)
    .sort()
    .map(
      (name) =>
        `${createHash('sha256')
          .update(files[name] ?? '')
          .digest('hex')}  ${name}\n`,
    );
  return createHash('sha256').update(list.join('')).digest('hex');
}

const h1 = (files: Readonly<Record<string, string>>): string =>
  `h1:${Buffer.from(expectedHash(files), 'hex').toString('base64')}`;

test('the hash is of names and contents, whatever order the zip has', async () => {
  await using rig = await FetchRig.open();
  const reversed = Object.fromEntries(Object.entries(FILES).reverse());
  for (const files of [FILES, reversed]) {
    const path = await rig.write('kit.zip', '');
    await writeFile(path, zip(files));
    expect(await hashModuleZip(path)).toBe(expectedHash(FILES));
  }
});

test('a file is verified by the h1 of a go.sum line, and found again by it', async () => {
  await using rig = await FetchRig.open();
  const source = rig.serve('/kit.zip', zip(FILES));
  const request = { source, integrity: parseIntegrity(h1(FILES)) };
  expect((await rig.fetchOne(request)).reused).toBe(false);
  expect((await rig.fetchOne(request)).reused).toBe(true);
  expect(rig.requests).toHaveLength(1);
});

test.each([
  ['another content', zip({ ...FILES, 'a.b/kit@v1.0.0/Z.go': 'package evil' })],
  ['another name', zip({ ...FILES, 'a.b/kit@v1.0.0/x.go': '' })],
  ['no zip', Buffer.from('<p>not here</p>')],
  ['a zip cut off', zip(FILES).subarray(0, 100)],
])('a zip with %s is refused', async (_what, content) => {
  await using rig = await FetchRig.open();
  const source = rig.serve('/kit.zip', content);
  await expect(rig.fetchOne({ source, integrity: parseIntegrity(h1(FILES)) })).rejects.toMatchObject({
    code: 'E_CHECKSUM',
    facts: { algorithm: 'h1', expected: expectedHash(FILES) },
  });
});

test.each(['h1:', 'h1:AAAA', 'h1-@@@', `h2:${'A'.repeat(43)}=`])('%s is no hash of a module', (text) => {
  expect(() => parseIntegrity(text)).toThrow(expect.objectContaining({ code: 'E_INTEGRITY_SPEC' }));
});
