import { NpmRegistry, tar, tarGz, type World } from '../support/index.js';
import { runScript } from './session.js';

type Scene = (world: World) => Promise<void>;

/** Projects in which pages begin, by the names that `<!-- scene: NAME -->` uses. */
export const SCENES: Readonly<Record<string, Scene>> = {
  empty: () => Promise.resolve(),
  'cmake and hello': cmakeAndHello,
  'cmake and hello, synced': (world) => cmakeAndHello(world).then(() => shell(world, 'fettle sync')),
  'a damaged package': damagedPackage,
  'other version managers': (world) => write(world, '.tool-versions', 'nodejs 20.11.1\ngolang 1.22.1\n'),
  'meson and python': (world) => write(world, 'fettle.lua', manifest('fettle.meson@v1', 'fettle.python@v1')),
  'one of two fails': oneOfTwoFails,
  'a wrong field': (world) => write(world, 'fettle.lua', 'packages = { { recipe = "local.a@v1", optoins = {} } }'),
  'a recipe alone': (world) =>
    write(world, 'r.lua', 'identity = "local.r@v1"\noptions = { n = { type = "integer" } }\ninstall = "touch file"\n'),
  'kit 1.2.0 is locked, 1.3.0 is out': (world) => kit(world, ['1.3.0']),
  'kit 1.2.0 is locked, 2.0.0 is out': (world) => kit(world, ['1.3.0', '2.0.0']),
  'esbuild on the registry': (world) => NpmRegistry.create(world, 'esbuild').then((npm) => void npm.publish('0.28.2')),
  'an app and its libraries': appAndLibraries,
  'zlib was edited': zlibWasEdited,
  'zlib 1.3.1 is new': newZlib,
  'a library that fails': libraryThatFails,
  'an archive': anArchive,
  'a misspelt function': misspeltFunction,
  'greeter on a server': greeterOnServer,
  'a monorepo': (world) => write(world, 'recipes/hello.lua', HELLO),
};

const HELLO = `identity = "local.hello@v1"
options = {
  greeting = { type = "string", default = "Hello" },
}
function install(ctx)
  ctx.write_file("bin/hello", "#!/bin/sh\\necho '" .. ctx.options.greeting .. ", world'\\n")
  ctx.run("chmod +x bin/hello && mkdir share && touch share/hello.txt")
end
products = { hello = "bin/hello" }
`;

/** The example of most pages. CMake is one that answers at once, for pages are about fettle. */
async function cmakeAndHello(world: World): Promise<void> {
  await write(world, 'recipes/hello.lua', HELLO);
  await write(world, 'recipes/cmake.lua', CMAKE);
  const hello = '{ recipe = "local.hello@v1", options = { greeting = "Good morning" } }';
  await write(world, 'fettle.lua', `packages = {\n  "fettle.cmake@v1",\n  ${hello},\n}\n`);
}

const CMAKE = `identity = "fettle.cmake@v1"
version = "4.4.4"
install = [[
  mkdir -p cmake/data/bin
  for name in cmake ctest cpack; do
    printf '#!/bin/sh\\necho %s version 4.4.4\\n' $name > cmake/data/bin/$name
    chmod +x cmake/data/bin/$name
  done
]]
products = { cmake = "cmake/data/bin/cmake", ctest = "cmake/data/bin/ctest", cpack = "cmake/data/bin/cpack" }
`;

async function damagedPackage(world: World): Promise<void> {
  await cmakeAndHello(world);
  await shell(
    world,
    `fettle sync
     cd "$(fettle asset hello)"
     chmod u+w . bin bin/hello share
     printf '#!/bin/sh\\necho '"'"'Good evening, world'"'"'\\n' > bin/hello
     rm share/hello.txt
     chmod a-w . bin bin/hello share`,
  );
}

async function oneOfTwoFails(world: World): Promise<void> {
  await write(world, 'fettle.lua', manifest('local.a@v1', 'local.b@v1'));
  await write(world, 'recipes/b.lua', 'identity = "local.b@v1"\ninstall = "touch b"\n');
  await shell(world, 'fettle install --recipe recipes/b.lua');
  await write(
    world,
    'recipes/a.lua',
    `identity = "local.a@v1"
function install(ctx)
  ctx.run("echo building; echo 'a.c:3: error: expected ;' >&2; exit 3")
end
`,
  );
}

/** The lock file names 1.2.0; the registry has gone on. */
async function kit(world: World, later: readonly string[]): Promise<void> {
  const registry = await NpmRegistry.create(world);
  registry.publish('1.2.0');
  const recipe = 'identity = "acme.kit@v1"\nfetch = "pkg:npm/kit@^1.1"\nstage = { strip = 1 }\n';
  await write(world, 'recipes/kit.lua', recipe);
  await write(world, 'fettle.lua', 'platforms = { fettle.platform_arch }\npackages = { "acme.kit@v1" }\n');
  await shell(world, 'fettle lock');
  for (const version of later) registry.publish(version);
}

async function appAndLibraries(world: World): Promise<void> {
  const gcc = '{ recipe = "local.gcc@v1", options = { lto = false } }';
  await write(world, 'fettle.lua', `packages = {\n  "local.app@v1",\n  ${gcc},\n}\n`);
  await write(
    world,
    'recipes/tests.lua',
    'identity = "local.tests@v1"\ndependencies = { "local.app@v1" }\ninstall = "touch t"\n',
  );
  await write(world, 'recipes/gcc.lua', 'identity = "local.gcc@v1"\ninstall = "touch gcc"\n');
  await write(
    world,
    'recipes/app.lua',
    `identity = "local.app@v1"
dependencies = {
  { recipe = "local.lib@v1", needed_by = "build" },
  "local.zlib@v1",
}
install = "touch app"
`,
  );
  await write(
    world,
    'recipes/lib.lua',
    `identity = "local.lib@v1"
dependencies = { { recipe = "local.zlib@v1", needed_by = "install" } }
install = "touch lib"
`,
  );
  await write(world, 'recipes/zlib.lua', zlib('1.3.1', 'touch zlib'));
}

function zlib(version: string, install: string): string {
  return `identity = "local.zlib@v1"\ninstall = "${install}"\nversion = "${version}"\n`;
}

/** Built as it was before somebody changed line 2 of zlib.lua. */
async function zlibWasEdited(world: World): Promise<void> {
  await appAndLibraries(world);
  await write(world, 'fettle.lua', manifest('local.tests@v1'));
  await shell(world, 'fettle sync');
  await write(world, 'recipes/zlib.lua', zlib('1.3.1', 'touch zlib zlib.h'));
}

/** Built with zlib 1.3, and before there was a local.tool. */
async function newZlib(world: World): Promise<void> {
  const app = 'identity = "local.app@v1"\ndependencies = { "local.zlib@v1" }\ninstall = "touch app"\n';
  await write(world, 'recipes/app.lua', app);
  await write(world, 'recipes/zlib.lua', zlib('1.3', 'touch zlib'));
  await write(world, 'fettle.lua', manifest('local.app@v1'));
  await shell(world, 'fettle sync');
  await write(world, 'recipes/zlib.lua', zlib('1.3.1', 'touch zlib'));
  await write(world, 'recipes/tool.lua', 'identity = "local.tool@v1"\ninstall = "touch tool"\n');
  await write(world, 'fettle.lua', manifest('local.app@v1', 'local.tool@v1'));
}

async function libraryThatFails(world: World): Promise<void> {
  await write(world, 'recipes/zlib.lua', zlib('1.3.1', 'echo compiling zlib; touch zlib'));
  const failing = 'identity = "local.a@v1"\nfunction install(ctx)\n  ctx.run("exit 3")\nend\n';
  await write(world, 'recipes/local.a@v1.lua', failing);
  await write(world, 'fettle.lua', manifest('local.zlib@v1', 'local.a@v1'));
}

async function anArchive(world: World): Promise<void> {
  await world.write('k.tar.gz', tarGz([{ path: 'k/' }, { path: 'k/readme', content: 'hello\n' }]));
  await write(world, 'a.txt', 'a\n');
}

async function misspeltFunction(world: World): Promise<void> {
  await world.recipe('local.tool@v1', 'function install(ctx)\n  ctx.comit_fetch("tool.tar.gz")\nend\n');
  await write(world, 'fettle.lua', manifest('local.tool@v1'));
}

/** Not compressed: compressed bytes, and so the digest that the page shows, would depend on the release of Node.js. */
function greeterOnServer(world: World): Promise<void> {
  const source = `#include <stdio.h>
#ifndef WHOM
#define WHOM "world"
#endif
int main(void) { puts("hello, " WHOM); return 0; }
`;
  const files = [{ path: 'greeter-1.0/' }, { path: 'greeter-1.0/greeter.c', content: source }];
  world.server.serve('/greeter-1.0.tar', tar(files));
  return Promise.resolve();
}

function manifest(...identities: readonly string[]): string {
  return `packages = {\n${identities.map((identity) => `  "${identity}",\n`).join('')}}\n`;
}

async function write(world: World, path: string, content: string): Promise<void> {
  await world.write(path, content);
}

/** @throws Error with the output when a command fails */
async function shell(world: World, script: string): Promise<void> {
  const { exitCode, output } = await runScript(world, script, ['-e']);
  if (exitCode !== 0) throw new Error(`the scene could not be arranged: ${output}`);
}
