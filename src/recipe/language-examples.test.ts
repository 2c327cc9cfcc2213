import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { loadManifest } from '../manifest/index.js';
import { RecipeRig, requestFor } from './recipe-rig.js';

const PAGE = fileURLToPath(new URL('../../docs/language.md', import.meta.url));

/** The blocks of the page that are whole files of one kind. */
function examples(kind: 'manifest' | 'recipe'): readonly (readonly [number, string])[] {
  const page = readFileSync(PAGE, 'utf8');
  const blocks = [...page.matchAll(/^```lua (\w+)\n(.*?)^```$/gms)];
  return blocks.filter(([, found]) => found === kind).map(([, , code = ''], index) => [index + 1, code]);
}

describe('docs/language.md', () => {
  test('has examples of both kinds', () => {
    expect(examples('manifest').length).toBeGreaterThan(2);
    expect(examples('recipe').length).toBeGreaterThan(5);
  });

  test.each(examples('manifest'))('has a manifest, number %i, that loads without a warning', (_number, code) => {
    using rig = new RecipeRig();
    const manifest = loadManifest(rig.write('fettle.lua', code), { host: rig.host(), version: '0' });
    manifest.state?.close();
    expect(manifest.packages.length).toBeGreaterThan(0);
    expect(manifest.warnings).toEqual([]);
  });

  test.each(examples('recipe'))('has a recipe, number %i, that loads without a warning', (_number, code) => {
    using rig = new RecipeRig();
    rig.write('recipe.lua', code);
    const identity = /identity = "(.*)"/.exec(code)?.[1] ?? '';
    const { recipe } = rig.loadFile('recipe.lua', requestFor(identity));
    expect(recipe.warnings).toEqual([]);
  });
});
