// Bundles the sources and their dependencies into dist/. Runs as npm's `prepare`, so a fresh clone has a working
// command after `npm ci`. docs/architecture.md tells what the files in dist/ are and why.
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { commandParts } from './command-parts.mjs';
import { recordCompiledCode } from './compiled-code.mjs';
import { directImports } from './direct-imports.mjs';
import { LazyPackages } from './lazy-packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

/** Chunks of earlier builds stay this long, because a command that still runs may load one of them yet. None go into a package. */
const KEEP_STALE_MS = process.argv.includes('--no-stale') ? 0 : 60 * 60 * 1000;

/** What is started by name. */
const COMMANDS = ['fettle', 'cli.js'];

const COMMON = {
  absWorkingDir: root,
  outdir: dist,
  write: false,
  bundle: true,
  platform: 'node',
  target: 'node20',
  jsx: 'automatic',
  // Smaller files parse faster; identifiers stay, so that the stack of a bug report can be read.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
  // react-devtools-core: only reached by ink when DEV is "true".
  external: ['react-devtools-core'],
  logLevel: 'warning',
};

// CommonJS has no import.meta. Modules of Node itself are loaded when something of them is first used: a start needs few.
const BUILTINS =
  'const bundleBuiltin=(name)=>{let loaded;return new Proxy({},{get:(_,key)=>(loaded??=require(name))[key]})};';
const WORKER_HEADER = ["const bundleModuleUrl=require('node:url').pathToFileURL(__filename).href;", BUILTINS].join('');
/** Of a part of the command: cli.js calls it with its tools. */
const PART_HEADER = [
  '({require,bundlePart,bundleLater,bundleImport,bundleDefine,__filename,__dirname})=>{',
  "const bundleModuleUrl=require('node:url').pathToFileURL(__filename).href;",
  BUILTINS,
].join('');
/** Kept compiled code has forgotten how to import (Node 20), so its imports are made by cli.js. */
const LAZY_IMPORT = /\bimport\(("[^"]+")\)/g;
/** As esbuild writes the import of a module's names; a namespace import (`__toESM`) needs the module at once. */
const BUILTIN_IMPORT = /(?<!__toESM\()require\("(node:[a-z0-9_/]+|child_process)"\)/g;

// Bundled CommonJS packages use names that ES modules do not have.
const COMMONJS_NAMES = [
  "import{createRequire as bundleCreateRequire}from'node:module';",
  "import{fileURLToPath as bundleFileURLToPath}from'node:url';",
  'const require=bundleCreateRequire(import.meta.url);',
  'const __filename=bundleFileURLToPath(import.meta.url);',
  "const __dirname=bundleFileURLToPath(new URL('.',import.meta.url));",
].join('');

const direct = directImports(join(root, 'src'));
/** fengari is most of what a sync would load, and a manifest of constants needs none of it. */
const withLateLua = directImports(join(root, 'src'), [join(root, 'src/lua/open.ts')]);
const lazy = new LazyPackages(join(root, 'src'));
const command = await bundleCommand();
const workers = await bundleWorkers();
const files = [...(await bundleModules()), ...workers, ...command.files, ...(await starters(command))];
for (const file of files) await replaceFile(file);
await removeStale(new Set(files.map((file) => file.name)));
await linkCommand();
await recordCompiledCode(dist, command.prefix);

/** The command in a few files, each of which is read when it is needed. */
async function bundleCommand() {
  const result = await build({
    ...COMMON,
    entryPoints: { fettle: 'src/cli/main.ts' },
    format: 'esm',
    splitting: true,
    metafile: true,
    define: { ...COMMON.define, 'import.meta.url': 'bundleModuleUrl' },
    plugins: [lazy.extraction, withLateLua],
  });
  const adapt = (text) => withLazyBuiltins(text.replaceAll(LAZY_IMPORT, 'bundleImport($1)'));
  const parts = await commandParts(result, { header: PART_HEADER, adapt });
  const files = parts.files.map(({ name, contents }) => ({ name, contents: `${contents}}` }));
  for (const file of files) refuseOtherThanAscii(file);
  return { ...parts, files };
}

/** The worker threads: one file each. */
async function bundleWorkers() {
  const result = await build({
    ...COMMON,
    entryPoints: {
      'lock-worker': 'src/cache/lock-worker.ts',
      'asset-worker': 'src/cache/asset-worker.ts',
    },
    format: 'cjs',
    banner: { js: WORKER_HEADER },
    define: { ...COMMON.define, 'import.meta.url': 'bundleModuleUrl' },
    plugins: [lazy.extraction, direct],
  });
  return outputsOf(result).map(({ name, contents }) => ({ name, contents: withLazyBuiltins(contents) }));
}

function withLazyBuiltins(text) {
  return text.replaceAll(BUILTIN_IMPORT, 'bundleBuiltin("$1")');
}

/** The starter reads Latin-1, which is quickest. esbuild escapes all else, but not in regular expressions and tagged templates. */
function refuseOtherThanAscii({ name, contents }) {
  const [found] = /[^\u0000-\u007f].{0,40}/.exec(contents) ?? [];
  if (found !== undefined) throw new Error(`${name} must be ASCII; write an escape in the source for: ${found}`);
}

/** The library, and what the command loads only when it needs it. */
async function bundleModules() {
  const result = await build({
    ...COMMON,
    entryPoints: [{ in: 'src/index.ts', out: 'index' }, ...lazy.entryPoints],
    format: 'esm',
    splitting: true,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'lazy/[name]-[hash]',
    banner: { js: COMMONJS_NAMES },
    plugins: [lazy.loading],
  });
  return outputsOf(result);
}

function outputsOf(result) {
  return result.outputFiles.map((file) => ({ name: relative(dist, file.path), contents: file.text }));
}

/** Both name the command's files by their content: a build switches from some to the others at one moment. */
async function starters({ prefix, entry }) {
  const source = await readFile(join(root, '.config/start.cjs'), 'utf8');
  const contents = source.replace('fettle-prefix', prefix).replace('quick/main', entry);
  const starter = { name: 'cli.js', contents };
  // Windows has no shell for the entry.
  if (process.platform === 'win32') return [starter, { ...starter, name: 'fettle' }];
  const shellEntry = await readFile(join(root, 'src/cli/entry/fettle.sh'), 'utf8');
  return [starter, { name: 'fettle', contents: shellEntry.replace('@BUILD@', `${prefix}-quick.js`) }];
}

/** Renames into place, so that a command that runs from dist/ meanwhile never reads half a file. */
async function replaceFile({ name, contents }) {
  const target = join(dist, name);
  const temporary = `${target}.${process.pid}.tmp`;
  await mkdir(dirname(target), { recursive: true });
  // dist/*.js are CommonJS, although the package is not.
  if (!existsSync(join(dist, 'package.json'))) await writeFile(join(dist, 'package.json'), '{ "type": "commonjs" }\n');
  await writeFile(temporary, contents);
  if (COMMANDS.includes(name)) await chmod(temporary, 0o755);
  await rename(temporary, target);
}

/** Removes what this build did not write and what no running build or command can still want. */
async function removeStale(current) {
  for (const name of await readdir(dist, { recursive: true })) {
    if (current.has(name) || !/\.(js|mjs|map|tmp|code)$/.test(name)) continue;
    const file = join(dist, name);
    const age = await stat(file).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age >= KEEP_STALE_MS) await rm(file, { force: true });
  }
}

/** npm links the commands of dependencies but not of the root package itself; `npx fettle` looks here first. */
async function linkCommand() {
  const binaries = join(root, 'node_modules', '.bin');
  if (process.platform === 'win32' || !existsSync(binaries)) return;
  const temporary = join(binaries, `.fettle-${process.pid}`);
  await rm(temporary, { force: true });
  await symlink('../../dist/fettle', temporary);
  await rename(temporary, join(binaries, 'fettle'));
}
