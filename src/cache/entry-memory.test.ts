import { describe, expect, test } from '@jest/globals';
import { renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileStateOf } from '../support/file-state.js';
import { TemporaryFolder } from '../support/temporary-folder-rig.js';
import { EntryMemory } from './entry-memory.js';

/** Later than any file of a test is written. */
const LATER = Date.now() + 60_000;
const MARKER = {
  ...{ version: 1, identity: 'local.tool@v1', platformArch: 'linux-x86_64', key: 'a'.repeat(64), asset: 'asset' },
  ...{ bytes: 1, files: 1, completedAt: 1, durations: {}, origin: [] },
};

/** A marker that was read, and what a later run knows of it. */
class MemoryRig extends TemporaryFolder {
  readonly path = this.write('complete.json', JSON.stringify({ ...MARKER, keyInputs: { large: true } }));
  text = this.#learnt();

  later(text: string | undefined = this.text): EntryMemory {
    return new EntryMemory(text, LATER);
  }

  #learnt(): string | undefined {
    const memory = new EntryMemory(undefined, LATER);
    memory.read(this.path);
    return memory.serialize(true);
  }
}

/** Whether a marker was taken from what was kept: what its key was made of is not. */
function isRecalled(memory: EntryMemory, path: string): boolean {
  return memory.read(path)?.keyInputs === undefined;
}

test('a marker is recalled as it was read, but for what its key was made of', () => {
  using rig = new MemoryRig();
  expect(rig.later().read(rig.path)).toEqual(MARKER);
  expect(new EntryMemory(undefined, LATER).read(rig.path)).toEqual({ ...MARKER, keyInputs: { large: true } });
});

describe('a marker is read again', () => {
  test('when it was changed, though size and modification time are as before', () => {
    using rig = new MemoryRig();
    const { atime, mtime } = statSync(rig.path);
    rig.write('complete.json', JSON.stringify({ ...MARKER, keyInputs: { large: 1e-1 } }));
    utimesSync(rig.path, atime, mtime);
    expect(rig.later().read(rig.path)?.keyInputs).toEqual({ large: 0.1 });
  });

  test('when another file has taken its place', () => {
    using rig = new MemoryRig();
    renameSync(rig.write('other', JSON.stringify({ ...MARKER, bytes: 2, keyInputs: {} })), rig.path);
    expect(rig.later().read(rig.path)?.bytes).toBe(2);
  });

  test.each(['', '{', 'null', '[]', '{"version":2}', '{"version":1}', '{"version":1,"markers":{"x":null}}'])(
    'when what was kept is damaged: %s',
    (text) => {
      using rig = new MemoryRig();
      expect(isRecalled(rig.later(text), rig.path)).toBe(false);
    },
  );

  test('when what was kept of it is damaged', () => {
    using rig = new MemoryRig();
    const kept = JSON.parse(rig.text ?? '') as { markers: Record<string, { marker: { key?: string } }> };
    for (const { marker } of Object.values(kept.markers)) delete marker.key;
    expect(isRecalled(rig.later(JSON.stringify(kept)), rig.path)).toBe(false);
  });

  test('when it was written after the run had begun: it may change again within the tick of a clock', () => {
    using rig = new MemoryRig();
    const memory = new EntryMemory(undefined, statSync(rig.path).ctimeMs);
    memory.read(rig.path);
    expect(memory.serialize(true)).toBeUndefined();
  });
});

test('what is gone, half or no file is no marker, remembered or not', () => {
  using rig = new MemoryRig();
  writeFileSync(rig.path, '{"version":1');
  expect(rig.later().read(rig.path)).toBeUndefined();
  rmSync(rig.path);
  expect(rig.later().read(rig.path)).toBeUndefined();
  expect(rig.later().read(join(rig.path, 'below'))).toBeUndefined();
});

test('it knows how what it looked at was', () => {
  using rig = new MemoryRig();
  const [memory, folder] = [rig.later(), rig.makeFolder('asset')];
  memory.read(rig.path);
  expect([memory.isFolder(folder), memory.isFolder(rig.path)]).toEqual([true, false]);
  expect(memory.isFolder(join(folder, 'gone'))).toBe(false);
  expect(memory.stateOf(rig.path)?.state).toBe(fileStateOf(rig.path)?.text);
  expect(memory.stateOf(folder)?.state).toBe(fileStateOf(folder)?.text);
  expect(memory.stateOf(rig.directory)).toBeUndefined();
});

test('nothing is kept anew when nothing was learnt, and a whole run forgets what it did not look for', () => {
  using rig = new MemoryRig();
  const recalling = rig.later();
  recalling.read(rig.path);
  expect(recalling.serialize(true)).toBeUndefined();
  expect(rig.later().serialize(false)).toBeUndefined();
  expect(isRecalled(rig.later(rig.later().serialize(true)), rig.path)).toBe(false);
});
