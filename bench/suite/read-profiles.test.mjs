import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCpuProfiles, readHeapProfiles } from './read-profiles.mjs';

let folder;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fettle-'));
});
afterEach(() => rm(folder, { recursive: true }));

function frame(functionName, url = '') {
  return { functionName, url, lineNumber: 4, columnNumber: 2 };
}

async function write(name, profile) {
  await writeFile(join(folder, name), JSON.stringify(profile));
}

describe('profiles of the processor', () => {
  test('add up over threads, the most first, without the time of waiting', async () => {
    const nodes = [
      { id: 1, callFrame: frame('parse', 'file:///dist/fettle-0123abcd.js') },
      { id: 2, callFrame: frame('(idle)') },
      { id: 3, callFrame: frame('mkdir') },
    ];
    await write('one.cpuprofile', { nodes, samples: [1, 2, 3, 1], timeDeltas: [1000, 9000, 2000, 500] });
    await write('two.cpuprofile', { nodes, samples: [3], timeDeltas: [4000] });
    expect(await readCpuProfiles(folder)).toEqual({
      total: 7.5,
      functions: [
        { name: 'mkdir (native)', amount: 6 },
        { name: 'parse (fettle.js)', amount: 1.5 },
      ],
    });
  });

  test('tell the place of what has no name', async () => {
    const nodes = [{ id: 1, callFrame: frame('', 'node:internal/timers') }];
    await write('one.cpuprofile', { nodes, samples: [1], timeDeltas: [1000] });
    const { functions } = await readCpuProfiles(folder);
    expect(functions.map(({ name }) => name)).toEqual(['node:internal/timers:5:3']);
  });
});

test('profiles of memory count what each function allocated itself', async () => {
  const leaf = { callFrame: frame('make', 'file:///dist/fettle-0123abcd.js'), selfSize: 2e6, children: [] };
  const head = { callFrame: frame('(root)'), selfSize: 0, children: [{ ...leaf, children: [leaf] }] };
  await write('one.heapprofile', { head });
  const { total, functions } = await readHeapProfiles(folder);
  expect({ total, first: functions[0] }).toEqual({ total: 4, first: { name: 'make (fettle.js)', amount: 4 } });
});
