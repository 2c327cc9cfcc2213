import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import { World } from './support/index.js';

const A = 'local.a@v1';

async function worldOnRunner(recipe: string): Promise<{ world: World; env: Record<string, string> }> {
  const world = await World.create();
  await world.recipe(A, recipe);
  await world.manifest(`packages = { "${A}" }`);
  const page = await world.write('summary.md', '# earlier step\n');
  const env = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: world.project, GITHUB_STEP_SUMMARY: page };
  return { world, env };
}

test('on a runner a failure is an annotation on the line of the recipe, in a path of the checkout', async () => {
  const { world, env } = await worldOnRunner('install = "exit 3"');
  await using _world = world;
  const { stderr, exitCode } = await world.fettle(['sync'], { env });
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`\n::error file=recipes/${A}.lua,line=2,title=${A} E_SCRIPT::script failed`);
});

test('the output of each package is a group, in which nothing is taken for a command', async () => {
  const { world, env } = await worldOnRunner(
    `build = [[ echo "::add-mask::x"; echo "##[error]y"; echo done ]]\ninstall = "touch f"`,
  );
  await using _world = world;
  const { stderr } = await world.fettle(['sync'], { env });
  const group = /::group::(.*)\n::stop-commands::([\w-]{36})\n([^]*?)::\2::\n::endgroup::\n/.exec(stderr);
  expect(group?.[1]).toMatch(new RegExp(`^${A}: installed after`));
  expect(group?.[3]).toContain('::add-mask::x\n##[error]y\ndone\n');
});

test('the page of the job gets a table, after what stands there', async () => {
  const { world, env } = await worldOnRunner('install = "exit 3"');
  await using _world = world;
  await world.fettle(['sync'], { env });
  const page = await world.read('summary.md');
  expect(page).toMatch(/^# earlier step\n### ❌ fettle sync\n/);
  expect(page).toMatch(
    /\| <code>local\.a&#64;v1<\/code> \| failed \| [\d.]+ m?s \| {2}\| script failed with exit code 3/,
  );
  expect(page).toContain(`${A.replace('@', '&#64;')}.lua&#58;2`);
});

test('a manifest that is wrong is an annotation too', async () => {
  const { world, env } = await worldOnRunner('install = "exit 3"');
  await using _world = world;
  await world.manifest('packages = {\n  { recipe = 5 },\n}');
  const { stderr, exitCode } = await world.fettle(['sync'], { env });
  expect(exitCode).toBe(3);
  expect(stderr).toMatch(/\n::error file=fettle\.lua,line=\d,title=fettle E_MANIFEST::/);
});

test('a page that cannot be written fails nothing', async () => {
  const { world, env } = await worldOnRunner('install = "touch f"');
  await using _world = world;
  const page = join(world.project, 'no/such/folder/page.md');
  const { exitCode } = await world.fettle(['sync'], { env: { ...env, GITHUB_STEP_SUMMARY: page } });
  expect(exitCode).toBe(0);
});
