import { describe, expect, test } from '@jest/globals';
import { ManifestRig } from './manifest-rig.js';
import { SourceOutline } from './source-outline.js';

function outlineOf(rig: ManifestRig, lines: readonly string[]): SourceOutline {
  return new SourceOutline(rig.write('some.lua', lines.join('\n')));
}

describe('SourceOutline', () => {
  test('finds the line of a global, of an element and of its fields', () => {
    using rig = new ManifestRig();
    const outline = outlineOf(rig, [
      '-- a comment',
      'packages = {',
      '  "a.b@1",',
      '  {',
      '    recipe = "c.d@1",',
      '    ["source"] = "x",',
      '  },',
      '}',
    ]);
    expect(outline.lineOf(['packages'])).toBe(2);
    expect(outline.lineOf(['packages', 1])).toBe(3);
    expect(outline.lineOf(['packages', 2])).toBe(4);
    expect(outline.lineOf(['packages', 2, 'recipe'])).toBe(5);
    expect(outline.lineOf(['packages', 2, 'source'])).toBe(6);
  });

  test('falls back to the innermost table that is there', () => {
    using rig = new ManifestRig();
    const outline = outlineOf(rig, ['packages = {', '  { recipe = "c.d@1" },', '}', 'packages[2] = make()']);
    expect(outline.lineOf(['packages', 1, 'source'])).toBe(2);
    expect(outline.lineOf(['packages', 7, 'source'])).toBe(1);
  });

  test('finds functions in both styles', () => {
    using rig = new ManifestRig();
    const outline = outlineOf(rig, ['', 'function build(ctx)', 'end', 'install = function(ctx)', 'end']);
    expect(outline.lineOf(['build'])).toBe(2);
    expect(outline.lineOf(['install'])).toBe(4);
  });

  test('makes no guess when a global is assigned in two places', () => {
    using rig = new ManifestRig();
    const outline = outlineOf(rig, ['if x then', '  packages = { "a.b@1" }', 'else', '  packages = {}', 'end']);
    expect(outline.lineOf(['packages', 1])).toBeUndefined();
  });

  test('knows nothing of globals that are not there, of files that are gone, or that do not parse', () => {
    using rig = new ManifestRig();
    expect(outlineOf(rig, ['local packages = {}']).lineOf(['packages'])).toBeUndefined();
    expect(outlineOf(rig, ['packages = = {']).lineOf(['packages'])).toBeUndefined();
    expect(new SourceOutline('/nowhere/at/all.lua').lineOf(['packages'])).toBeUndefined();
  });

  test('gives the text of the line, whatever its line end and letters', () => {
    using rig = new ManifestRig();
    const outline = new SourceOutline(rig.write('some.lua', '#!/usr/bin/lua\r\npackages = "é" -- ü\r\n'));
    expect(outline.location(outline.lineOf(['packages']))).toMatchObject({ line: 2, text: 'packages = "é" -- ü' });
  });
});
