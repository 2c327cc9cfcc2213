import { describe, expect, test } from '@jest/globals';
import { readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../../host/index.js';
import { Place, type PackageRequest } from '../../manifest/index.js';
import { fileStateOf } from '../../support/file-state.js';
import { RecipeRig, WORK, requestFor } from '../recipe-rig.js';
import type { Recipe, RecipeFile } from '../recipe.js';
import { RecipeMemory } from './recipe-memory.js';

const CIRCUMSTANCES = 'this fettle';
/** Later than any file of a test is written. */
const LATER = Date.now() + 60_000;

/** A recipe that was read and remembered, and what a later run knows of it. */
class MemoryRig extends RecipeRig {
  recipe!: Recipe;
  text: string | undefined;
  request: PackageRequest = requestFor('acme.tool@v1');

  remember(lua: string, changes: { readonly host?: Partial<Host>; readonly file?: Partial<RecipeFile> } = {}): this {
    const memory = new RecipeMemory(undefined, CIRCUMSTANCES, LATER);
    const recipe = this.load(lua, changes);
    this.recipe = { ...recipe, file: { ...recipe.file, ...changes.file } };
    memory.remember(this.request, this.recipe, this.host(changes.host), readFileSync(this.path));
    this.text = memory.serialize(true);
    return this;
  }

  recalled(host: Partial<Host> = {}, circumstances = CIRCUMSTANCES, request = this.request): Recipe | undefined {
    return new RecipeMemory(this.text, circumstances, LATER).recall(request, this.host(host));
  }

  get path(): string {
    return join(this.directory, 'recipe.lua');
  }
}

const EVERYTHING = `
description = "a tool"
options = { level = { type = "integer", default = 3 } }
platforms = { "linux" }
fetch = { source = "https://example.com/x.tar.gz", sha256 = "${'a'.repeat(64)}" }
build = { cmake = { defines = { A = "1" } } }
install = "make install"
function deploy(ctx) end
products = { tool = "bin/tool" }
home = os.getenv("SDK")
`;

test('what is recalled is what was read', () => {
  using rig = new MemoryRig().remember(EVERYTHING);
  expect(rig.recalled()).toEqual(rig.recipe);
});

test('a dependency is recalled with the place that asks for it', () => {
  using rig = new MemoryRig().remember(`${WORK}dependencies = {\n  "acme.other@v1",\n}`);
  const [dependency] = rig.recalled()?.dependencies ?? [];
  expect(dependency?.identity.text).toBe('acme.other@v1');
  expect(dependency?.declaredIn).toBeInstanceOf(Place);
  const { file, field, line } = rig.recipe.dependencies[0]?.declaredIn ?? {};
  expect(dependency?.declaredIn).toMatchObject({ file, field, line });
  expect(line).toBe(4);
});

test('with a recipe that was recalled it is known how its file was, and what was in it', () => {
  using rig = new MemoryRig().remember(WORK);
  const memory = new RecipeMemory(rig.text, CIRCUMSTANCES, LATER);
  expect(memory.fileOf(rig.request, rig.host())).toBeUndefined();
  memory.recall(rig.request, rig.host());
  expect(memory.fileOf(rig.request, rig.host())).toMatchObject({
    state: fileStateOf(rig.path)?.text,
    text: readFileSync(rig.path, 'utf8'),
  });
});

test.each([
  ['longer than 16 KiB', Buffer.from('-'.repeat(16 * 1024 + 1))],
  ['no text', Buffer.from([0xff])],
])('what was in its file is not kept where that is %s', (_what, content) => {
  using rig = new MemoryRig().remember(WORK);
  const memory = new RecipeMemory(undefined, CIRCUMSTANCES, LATER);
  memory.remember(rig.request, rig.recipe, rig.host(), content);
  expect(memory.fileOf(rig.request, rig.host())).not.toHaveProperty('text');
});

describe('a recipe is read again', () => {
  test.each([
    ['without the recipe', (memory: Record<string, unknown>) => delete memory['recipe']],
    [
      'without its dependencies',
      (memory: Record<string, Record<string, unknown>>) => delete memory['recipe']?.['dependencies'],
    ],
    ['without its file', (memory: Record<string, Record<string, unknown>>) => delete memory['recipe']?.['file']],
  ])('when what was kept of it is damaged: %s', (_what, damage) => {
    using rig = new MemoryRig().remember(`${WORK}dependencies = { "acme.other@v1" }`);
    const kept = JSON.parse(rig.text ?? '') as { recipes: Record<string, never> };
    for (const memory of Object.values(kept.recipes)) damage(memory);
    rig.text = JSON.stringify(kept);
    expect(rig.recalled()).toBeUndefined();
  });

  test('when its file was changed, though size and modification time are as before', () => {
    using rig = new MemoryRig().remember(WORK);
    const { atime, mtime } = statSync(rig.path);
    rig.write('recipe.lua', 'identity = "acme.tool@v1"\nfetch = "https://example.com/y.tar.gz"\n');
    utimesSync(rig.path, atime, mtime);
    expect(rig.recalled()).toBeUndefined();
  });

  test('when another file of the same text has taken its place', () => {
    using rig = new MemoryRig().remember(WORK);
    rig.write('copy.lua', `identity = "acme.tool@v1"\n${WORK}`);
    renameSync(join(rig.directory, 'copy.lua'), rig.path);
    expect(rig.recalled()).toBeUndefined();
  });

  test('when its file is gone', () => {
    using rig = new MemoryRig().remember(WORK);
    rmSync(rig.path);
    expect(rig.recalled()).toBeUndefined();
  });

  test('when a file has appeared that would be found first', () => {
    using rig = new MemoryRig();
    rig.remember(WORK, { file: { absent: [join(rig.directory, 'first.lua')] } });
    expect(rig.recalled()).toBeDefined();
    rig.write('first.lua', '');
    expect(rig.recalled()).toBeUndefined();
  });

  test('when a variable that it asked for has another value', () => {
    using rig = new MemoryRig().remember(`${WORK}x = os.getenv("SDK")`, { host: { env: { SDK: '1' } } });
    expect(rig.recalled({ env: { SDK: '1' } })).toBeDefined();
    expect(rig.recalled({ env: { SDK: '2' } })).toBeUndefined();
    expect(rig.recalled({ env: {} })).toBeUndefined();
  });

  test('for another platform, other options, and another fettle', () => {
    using rig = new MemoryRig().remember(WORK);
    expect(rig.recalled({ platform: 'darwin' })).toBeUndefined();
    expect(rig.recalled({}, CIRCUMSTANCES, requestFor('acme.tool@v1', { options: { level: '1' } }))).toBeUndefined();
    expect(rig.recalled({}, 'another fettle')).toBeUndefined();
  });

  test.each(['', '{', 'null', '[]', '{"version":2}', '{"version":1,"circumstances":"this fettle"}'])(
    'when what was kept is damaged: %s',
    (text) => {
      using rig = new MemoryRig().remember(WORK);
      rig.text = text;
      expect(rig.recalled()).toBeUndefined();
    },
  );
});

describe('a recipe is not remembered', () => {
  test.each([
    ['depends on the clock', `${WORK}x = os.time()`],
    [
      'has a dependency with a fetch function',
      `${WORK}dependencies = {{ recipe = "acme.x@v1", fetch = function() end }}`,
    ],
  ])('that %s', (_why, lua) => {
    using rig = new MemoryRig().remember(lua);
    expect(rig.recalled()).toBeUndefined();
  });

  test('that requires a file', () => {
    using rig = new MemoryRig();
    rig.write('shared.lua', 'return 1');
    rig.remember(`${WORK}x = require "shared"`);
    expect(rig.recalled()).toBeUndefined();
  });

  test('that was changed when the run had begun: it may have been read before', () => {
    using rig = new MemoryRig().remember(WORK);
    const memory = new RecipeMemory(undefined, CIRCUMSTANCES, statSync(rig.path).ctimeMs);
    memory.remember(rig.request, rig.recipe, rig.host());
    expect(memory.recall(rig.request, rig.host())).toBeUndefined();
  });
});

test('nothing is kept anew when nothing was learnt, and a whole run forgets what it did not ask for', () => {
  using rig = new MemoryRig().remember(WORK);
  const recalling = new RecipeMemory(rig.text, CIRCUMSTANCES, LATER);
  expect(recalling.recall(rig.request, rig.host())).toBeDefined();
  expect(recalling.serialize(true)).toBeUndefined();
  const idle = new RecipeMemory(rig.text, CIRCUMSTANCES, LATER);
  expect(idle.serialize(false)).toBeUndefined();
  const forgotten = idle.serialize(true);
  expect(new RecipeMemory(forgotten, CIRCUMSTANCES, LATER).recall(rig.request, rig.host())).toBeUndefined();
});
