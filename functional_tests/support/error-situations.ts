import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tarGz } from './archives.js';
import type { CommandResult } from './command.js';
import { NpmRegistry } from './npm-registry.js';
import { Sigstore } from './sigstore.js';
import type { CommandOptions, World } from './world.js';

/** How somebody comes to meet an error. */
export interface Situation {
  /** Makes everything go wrong in a new world. @returns how the command ended that met the error */
  readonly meet: (world: World) => Promise<CommandResult>;
  /** The error has the file and line of a manifest, a recipe or a lock file, and shows the line. */
  readonly hasLine?: true;
  /** There is nothing to know but the message. */
  readonly hasNoFacts?: true;
  /** The package is told in one line: why it was skipped is the error of another. */
  readonly isRow?: true;
  /** The command has no JSON form. */
  readonly isTextOnly?: true;
}

const A = 'local.a@v1';
const ZEROS = '0'.repeat(64);

/** One for each code of the catalogue. */
export const SITUATIONS: Readonly<Record<string, Situation>> = {
  E_USAGE: { meet: (world) => world.fettle(['sync', '--json', '--ofline']) },
  E_NO_MANIFEST: { meet: (world) => world.fettle(['sync', '--json']) },
  E_NOT_SYNCED: { isTextOnly: true, meet: (world) => withManifest(world, 'packages = {}', ['env']) },
  E_UNKNOWN_PACKAGE: { meet: (world) => withManifest(world, 'packages = {}', ['install', 'nope', '--json']) },
  E_AMBIGUOUS_PACKAGE: { isTextOnly: true, meet: askForOneOfTwo },
  E_UNKNOWN_PRODUCT: { isTextOnly: true, meet: (world) => withRecipe(world, 'install = "touch x"', ['product', 'x']) },
  E_NO_PATH: { isTextOnly: true, meet: (world) => withRecipe(world, 'check = "true"', ['asset', 'a']) },
  E_COMMAND_NOT_FOUND: { isTextOnly: true, meet: runWhatIsNotThere },

  E_LUA_SYNTAX: { hasLine: true, hasNoFacts: true, meet: (world) => withManifest(world, 'packages = { "a" b }') },
  E_LUA_RUNTIME: { hasLine: true, hasNoFacts: true, meet: (world) => inInstall(world, 'ctx.comit_fetch("x")') },
  E_LUA_TIMEOUT: {
    hasLine: true,
    meet: (world) => inInstall(world, 'while true do end', { env: { FETTLE_LUA_CPU_LIMIT: '0.2' } }),
  },
  E_LUA_SANDBOX: { hasLine: true, meet: (world) => inInstall(world, 'os.execute("true")') },
  E_LUA_VALUE: {
    hasLine: true,
    meet: (world) => withManifest(world, `local t = {}; t.t = t\npackages = { { recipe = "${A}", options = t } }`),
  },

  E_MANIFEST: {
    hasLine: true,
    meet: (world) => withManifest(world, `packages = { { recipe = "${A}", sorce = "x" } }`),
  },
  E_IDENTITY: { hasLine: true, meet: (world) => withManifest(world, 'packages = { "ninja" }') },
  E_SOURCE: {
    hasLine: true,
    meet: (world) => withManifest(world, 'packages = { { recipe = "acme.a@v1", source = "ftp://host/a.lua" } }'),
  },
  E_SOURCE_CONFLICT: {
    hasLine: true,
    meet: (world) =>
      withManifest(
        world,
        `packages = {\n{ recipe = "${A}", source = "a.lua" },\n{ recipe = "${A}", source = "b.lua" } }`,
      ),
  },
  E_PLATFORM: { meet: needWhatIsForOthers },
  E_OPTION: { hasLine: true, meet: giveWrongOption },

  E_RECIPE_NOT_FOUND: { hasLine: true, meet: (world) => withManifest(world, 'packages = { "fettle.ninjja@v1" }') },
  E_RECIPE: { hasLine: true, meet: (world) => withRecipe(world, 'install = 5') },
  E_RECIPE_IDENTITY: { hasLine: true, meet: swapRecipe },
  E_LOCAL_ACCESS: { hasLine: true, meet: dependOnLocal },
  E_CYCLE: { hasLine: true, meet: (world) => withRecipe(world, `dependencies = { "${A}" }\ninstall = "true"`) },
  E_PRODUCT: { hasLine: true, meet: (world) => withRecipe(world, 'products = { a = "../a" }\ninstall = "true"') },
  E_PRODUCT_CONFLICT: { hasLine: true, meet: offerTwice },
  E_DEPENDENCY: { hasLine: true, meet: (world) => inInstall(world, 'ctx.asset("local.nope@v1")') },
  E_CHECK_AND_MARK: {
    hasLine: true,
    meet: (world) => withRecipe(world, 'check = "false"\nfunction install(ctx) ctx.mark_install_complete() end'),
  },
  E_VERB: { hasLine: true, meet: (world) => inInstall(world, 'return {}') },
  E_SHELL: { hasLine: true, meet: (world) => withManifest(world, 'packages = {}\ndefault_shell = "bsh"') },
  E_SCRIPT: { hasLine: true, meet: (world) => withRecipe(world, 'install = "echo why >&2; exit 3"') },
  E_SCRIPT_TIMEOUT: { hasLine: true, meet: (world) => inInstall(world, 'ctx.run("sleep 60", { timeout = 0.1 })') },
  E_CTX_ARGUMENT: { hasLine: true, meet: (world) => inInstall(world, 'ctx.run("true", { chek = false })') },
  E_CTX_PHASE: { hasLine: true, meet: (world) => inInstall(world, 'ctx.fetch("x")') },
  E_JOBSERVER: { hasLine: true, meet: shareCoresInNoFolder },
  E_FILE: { hasLine: true, meet: (world) => inInstall(world, 'ctx.read_file("absent")') },
  E_SKIPPED: { isRow: true, meet: needWhatFails },

  E_FETCH: { hasLine: true, meet: (world) => withRecipe(world, `fetch = "${world.server.origin}/gone.txt"`) },
  E_FETCH_NAME: { hasLine: true, meet: (world) => withRecipe(world, 'fetch = { "x/a.txt", "y/a.txt" }') },
  E_FETCH_MISSING: { hasLine: true, meet: (world) => withRecipe(world, 'fetch = "absent.tar.gz"') },
  E_FETCH_FAILED: {
    hasLine: true,
    meet: (world) => withRecipe(world, `fetch = { "${world.server.origin}/a", "${world.server.origin}/b" }`),
  },
  E_OFFLINE: {
    isTextOnly: true,
    meet: (world) => world.fettle(['fetch', `${world.server.origin}/a`, '--offline'], { isTraced: false }),
  },
  E_CHECKSUM: { hasLine: true, meet: fetchAnotherFile },
  E_PROVENANCE: { hasLine: true, meet: publishWithoutProof },
  E_INTEGRITY_SPEC: { hasLine: true, meet: (world) => withRecipe(world, 'fetch = { source = "a", sha256 = "12" }') },
  E_GIT: { hasLine: true, meet: cloneNothing },
  E_REGISTRY: { hasLine: true, meet: askForNoVersion },
  E_PURL: { hasLine: true, meet: (world) => withRecipe(world, 'fetch = "pkg:gem/kit@1.0.0"') },
  E_ARCHIVE: { meet: (world) => withArchive(world, Buffer.from('no archive')) },
  E_ARCHIVE_UNSAFE: { meet: (world) => withArchive(world, tarGz([{ path: '../out', content: 'x' }])) },

  E_CACHE: { meet: useFileAsCache },
  E_CACHE_VERSION: { meet: useNewerCache },
  E_DISK_FULL: { hasLine: true, meet: (world) => inInstall(world, 'ctx.write_file("/dev/full", "x")') },
  E_NOT_CACHED: { meet: (world) => withRecipe(world, 'install = "true"', ['export', '-o', 'x.tar', '--json']) },
  E_EXPORT: { meet: exportLinkThatLeadsOut },
  E_IMPORT: { meet: importAnotherArchive },
  E_LINK: { meet: copyIntoFile },
  E_LOCK_TIMEOUT: { meet: waitForTooLong },

  E_LOCK_FILE: { hasLine: true, meet: mendLockFileByHand },
  E_LOCK_OUTDATED: { meet: (world) => withManifest(world, 'packages = {}', ['sync', '--json', '--locked']) },
  E_LOCK_MISMATCH: { hasLine: true, meet: downloadAnotherFile },
  E_NO_DIGEST: { meet: (world) => withRecipe(world, `fetch = "${world.server.origin}/a"`, SYNC, 'strict = true') },
  E_RELEASE_AGE: { hasLine: true, meet: takeWhatIsTooYoung },

  E_INTERRUPTED: { hasNoFacts: true, meet: interrupt },
};

const SYNC = ['sync', '--json'];
const OTHER = process.platform === 'win32' ? 'linux' : 'windows';

async function withManifest(world: World, lua: string, args: readonly string[] = SYNC): Promise<CommandResult> {
  await world.manifest(lua);
  return world.fettle(args, { isTraced: false });
}

async function copyIntoFile(world: World): Promise<CommandResult> {
  await world.write('.fettle/packages', 'in the way');
  return withRecipe(world, 'install = "touch x"', [...SYNC, '--link', 'copy']);
}

async function withRecipe(
  world: World,
  lua: string,
  args: readonly string[] = SYNC,
  manifest = '',
): Promise<CommandResult> {
  await world.recipe(A, lua);
  return withManifest(world, `packages = { "${A}" }\n${manifest}`, args);
}

async function inInstall(world: World, lua: string, options: CommandOptions = {}): Promise<CommandResult> {
  await world.recipe(A, `function install(ctx)\n  ${lua}\nend`);
  await world.manifest(`packages = { "${A}" }`);
  return world.fettle(SYNC, { isTraced: false, ...options });
}

async function askForOneOfTwo(world: World): Promise<CommandResult> {
  await world.recipe(A, 'options = { n = {} }\ninstall = "true"');
  const variant = (n: number): string => `{ recipe = "${A}", options = { n = ${n} } }`;
  return withManifest(world, `packages = { ${variant(1)}, ${variant(2)} }`, ['asset', 'a']);
}

async function runWhatIsNotThere(world: World): Promise<CommandResult> {
  await withManifest(world, 'packages = {}');
  return world.fettle(['run', '--', 'no-such-program'], { isTraced: false });
}

async function giveWrongOption(world: World): Promise<CommandResult> {
  await world.recipe(A, 'options = { version = {} }\ninstall = "true"');
  return withManifest(world, `packages = { { recipe = "${A}", options = { versoin = "1" } } }`);
}

async function swapRecipe(world: World): Promise<CommandResult> {
  await world.write(`recipes/${A}.lua`, 'identity = "local.b@v1"\ninstall = "true"');
  return withManifest(world, `packages = { "${A}" }`);
}

async function needWhatIsForOthers(world: World): Promise<CommandResult> {
  await world.recipe('local.b@v1', `platforms = { "${OTHER}" }\ninstall = "true"`);
  return withRecipe(world, 'dependencies = { "local.b@v1" }\ninstall = "true"');
}

async function dependOnLocal(world: World): Promise<CommandResult> {
  await world.recipe(A, 'install = "true"');
  await world.write('acme.lua', `identity = "acme.b@v1"\ndependencies = { "${A}" }\ninstall = "true"`);
  return withManifest(world, 'packages = { { recipe = "acme.b@v1", source = "acme.lua" } }');
}

async function offerTwice(world: World): Promise<CommandResult> {
  for (const name of [A, 'local.b@v1']) await world.recipe(name, 'products = { tool = "t" }\ninstall = "touch t"');
  return withManifest(world, `packages = { "${A}", "local.b@v1" }`);
}

async function needWhatFails(world: World): Promise<CommandResult> {
  await world.recipe('local.b@v1', 'install = "exit 1"');
  return withRecipe(world, 'dependencies = { "local.b@v1" }\ninstall = "true"');
}

async function fetchAnotherFile(world: World): Promise<CommandResult> {
  await world.write('recipes/kit.txt', 'x');
  return withRecipe(world, `fetch = { source = "kit.txt", sha256 = "${ZEROS}" }`);
}

async function publishWithoutProof(world: World): Promise<CommandResult> {
  const sigstore = await Sigstore.create();
  const registry = await NpmRegistry.create(world);
  registry.publish('1.0.0');
  world.server.serve('/npm/-/npm/v1/keys', JSON.stringify({ keys: [sigstore.registryKey] }));
  const other = { ...registry.subjectOf('1.0.0'), name: 'pkg:npm/other@1.0.0' };
  registry.attest('1.0.0', [await sigstore.provenance(other), await sigstore.publishing(other)]);
  await world.write('root.json', JSON.stringify(sigstore.trustedRoot));
  await world.recipe(A, 'fetch = "pkg:npm/kit@1.0.0"');
  await world.manifest(`packages = { "${A}" }`);
  return world.fettle(SYNC, { isTraced: false, env: { FETTLE_SIGSTORE_TRUSTED_ROOT: 'root.json' } });
}

function cloneNothing(world: World): Promise<CommandResult> {
  return withRecipe(world, `fetch = { source = "git+file://${world.root}/absent.git", ref = "main" }`);
}

async function askForNoVersion(world: World): Promise<CommandResult> {
  (await NpmRegistry.create(world)).publish('1.0.0');
  return withRecipe(world, 'fetch = "pkg:npm/kit@2.0.0"');
}

async function withArchive(world: World, content: Uint8Array): Promise<CommandResult> {
  await world.write('recipes/kit.tar.gz', content);
  return withRecipe(world, 'fetch = "kit.tar.gz"');
}

async function shareCoresInNoFolder(world: World): Promise<CommandResult> {
  const env = { XDG_RUNTIME_DIR: await world.write('taken', '') };
  return inInstall(world, 'ctx.run("true")', { env: { ...env, FETTLE_JOBSERVER: 'host' } });
}

async function useFileAsCache(world: World): Promise<CommandResult> {
  const file = await world.write('taken', '');
  await world.manifest('packages = {}');
  return world.fettle(['--cache-root', file, ...SYNC], { isTraced: false, useCache: false });
}

async function useNewerCache(world: World): Promise<CommandResult> {
  await withManifest(world, 'packages = {}');
  const file = join(world.cache, 'VERSION');
  await rename(await world.write('newer', (await world.read(file)).replace(/\d+/, '999')), file);
  return world.fettle(['cache', 'size', '--json'], { isTraced: false });
}

async function exportLinkThatLeadsOut(world: World): Promise<CommandResult> {
  await withRecipe(world, 'install = "ln -s /etc/passwd out"');
  return world.fettle(['export', '-o', 'x.tar', '--json'], { isTraced: false });
}

async function importAnotherArchive(world: World): Promise<CommandResult> {
  await world.write('x.tar.gz', tarGz([{ path: 'a', content: 'x' }]));
  return world.fettle(['import', 'x.tar.gz', '--json'], { isTraced: false });
}

async function waitForTooLong(world: World): Promise<CommandResult> {
  const gate = world.gate('install');
  await world.recipe(A, `install = [[${gate.command}; touch x]]`);
  await world.manifest(`packages = { "${A}" }`);
  await using first = await world.start(['sync']);
  await gate.arrived();
  const second = await world.fettle([...SYNC, '--lock-timeout', '0.1'], { isTraced: false });
  gate.open();
  await first.result;
  return second;
}

async function mendLockFileByHand(world: World): Promise<CommandResult> {
  await world.write('fettle.lock', 'version = 1\n<<<<<<< ours\n=======\n>>>>>>> theirs\n');
  return withManifest(world, 'packages = {}');
}

async function downloadAnotherFile(world: World): Promise<CommandResult> {
  const url = world.server.serve('/kit.txt', 'one');
  await withRecipe(world, `fetch = "${url}"`);
  world.server.serve('/kit.txt', 'two');
  const cache = join(world.root, 'another');
  await mkdir(cache);
  await rm(join(world.project, '.fettle'), { recursive: true });
  return world.fettle(['--cache-root', cache, ...SYNC], { isTraced: false, useCache: false });
}

async function takeWhatIsTooYoung(world: World): Promise<CommandResult> {
  (await NpmRegistry.create(world)).publish('1.0.0', new Date().toISOString());
  return withRecipe(world, 'fetch = "pkg:npm/kit@1.0.0"', [...SYNC, '--require-release-age', '9d']);
}

async function interrupt(world: World): Promise<CommandResult> {
  const gate = world.gate('install');
  await world.recipe(A, `install = [[${gate.command}]]`);
  await world.manifest(`packages = { "${A}" }`);
  const command = await world.start(SYNC);
  await gate.arrived();
  command.kill('SIGINT');
  return command.result;
}
