import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { findManifest, requireManifest } from './find-manifest.js';
import { TemporaryFolder, failureOf } from '../support/temporary-folder-rig.js';

describe('findManifest', () => {
  test('finds the manifest of the folder itself', () => {
    using rig = new TemporaryFolder();
    const file = rig.write('fettle.lua', '');
    expect(findManifest(rig.directory)).toBe(file);
  });

  test('finds the one of the nearest parent', () => {
    using rig = new TemporaryFolder();
    rig.write('fettle.lua', '');
    const nearer = rig.write('a/fettle.lua', '');
    expect(findManifest(rig.makeFolder('a/b/c'))).toBe(nearer);
  });

  test('looks in a folder that holds a .git folder, and not above it', () => {
    using rig = new TemporaryFolder();
    rig.write('fettle.lua', '');
    rig.makeFolder('repository/.git');
    const inside = rig.makeFolder('repository/src');
    expect(findManifest(inside)).toBeUndefined();
    const file = rig.write('repository/fettle.lua', '');
    expect(findManifest(inside)).toBe(file);
  });

  test('goes on above a folder that holds a .git file, as submodules and worktrees do', () => {
    using rig = new TemporaryFolder();
    const file = rig.write('fettle.lua', '');
    rig.write('submodule/.git', 'gitdir: ../.git/modules/submodule');
    expect(findManifest(rig.makeFolder('submodule/src'))).toBe(file);
  });

  test('passes over a folder that is called like a manifest', () => {
    using rig = new TemporaryFolder();
    const file = rig.write('fettle.lua', '');
    rig.makeFolder('a/fettle.lua');
    expect(findManifest(rig.makeFolder('a'))).toBe(file);
  });
});

describe('requireManifest', () => {
  test('returns what findManifest finds', () => {
    using rig = new TemporaryFolder();
    const file = rig.write('fettle.lua', '');
    expect(requireManifest(rig.makeFolder('deep/er'))).toBe(file);
  });

  test('tells the places it looked in', () => {
    using rig = new TemporaryFolder();
    rig.makeFolder('.git');
    const error = failureOf(() => requireManifest(rig.makeFolder('src')));
    expect(error.code).toBe('E_NO_MANIFEST');
    expect(error.facts['looked']).toEqual([join(rig.directory, 'src/fettle.lua'), join(rig.directory, 'fettle.lua')]);
    expect(error.hint).toContain('--manifest');
  });
});
