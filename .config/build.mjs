// Bundles the sources and their dependencies into dist/. Runs as npm's `prepare`, so a fresh clone has a working
// command after `npm ci`. docs/architecture.md tells what the files in dist/ are and why.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { recordCompiledCode } from './compiled-code.mjs';
import { LazyPackages } from './lazy-packages.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

/** Chunks of earlier builds stay this long, because a command that still runs may load one of them yet. */
const KEEP_STALE_MS = 60 * 60 * 1000;

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
const COMMAND_HEADER = [
  "const bundleModuleUrl=require('node:url').pathToFileURL(__filename).href;",
  'const bundleBuiltin=(name)=>{let loaded;',
  'return new Proxy({},{get:(_,key)=>(loaded??=require(name))[key]})};',
  'const bundleImport=module.bundleImport??((specifier)=>import(specifier));',
].join('');
/** Kept compiled code has forgotten how to import (Node 20), so its imports are made by cli.js. */
const LAZY_IMPORT = /\bimport\(("[^"]+")\)/g;
/** As esbuild writes the import of a module's names; a namespace import (`__toESM`) needs the module at once. */
const BUILTIN_IMPORT = /(?<!__toESM\()require\("(node:[a-z_/]+|child_process)"\)/g;

// Bundled CommonJS packages use names that ES modules do not have.
const COMMONJS_NAMES = [
  "import{createRequire as bundleCreateRequire}from'node:module';",
  "import{fileURLToPath as bundleFileURLToPath}from'node:url';",
  'const require=bundleCreateRequire(import.meta.url);',
  'const __filename=bundleFileURLToPath(import.meta.url);',
  "const __dirname=bundleFileURLToPath(new URL('.',import.meta.url));",
].join('');

const lazy = new LazyPackages(join(root, 'src'));
const command = await bundleCommand();
const files = [...(await bundleModules()), ...command, await starter(command)];
for (const file of files) await replaceFile(file);
await removeStale(new Set(files.map((file) => file.name)));
await linkCommand();
await recordCompiledCode(dist, command[0].name);

/** The command and its worker threads: one file each, for the quickest start. */
async function bundleCommand() {
  const result = await build({
    ...COMMON,
    entryPoints: {
      fettle: 'src/cli/main.ts',
      'lock-worker': 'src/cache/lock-worker.ts',
      'asset-worker': 'src/cache/asset-worker.ts',
    },
    format: 'cjs',
    banner: { js: COMMAND_HEADER },
    define: { ...COMMON.define, 'import.meta.url': 'bundleModuleUrl' },
    plugins: [lazy.extraction],
  });
  const [main, ...others] = outputsOf(result).map(({ name, contents }) => ({
    name,
    contents: contents.replaceAll(BUILTIN_IMPORT, 'bundleBuiltin("$1")').replaceAll(LAZY_IMPORT, 'bundleImport($1)'),
  }));
  for (const file of [main, ...others]) refuseOtherThanAscii(file);
  const digest = createHash('sha256').update(main.contents).digest('hex').slice(0, 8);
  return [{ ...main, name: `fettle-${digest}.js` }, ...others];
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

/** cli.js names the command's file by its content: a build switches from one to the other at one moment. */
async function starter([command]) {
  const source = await readFile(join(root, '.config/start.cjs'), 'utf8');
  return { name: 'cli.js', contents: source.replace('fettle.js', command.name) };
}

/** Renames into place, so that a command that runs from dist/ meanwhile never reads half a file. */
async function replaceFile({ name, contents }) {
  const target = join(dist, name);
  const temporary = `${target}.${process.pid}.tmp`;
  await mkdir(dirname(target), { recursive: true });
  // dist/*.js are CommonJS, although the package is not.
  if (!existsSync(join(dist, 'package.json'))) await writeFile(join(dist, 'package.json'), '{ "type": "commonjs" }\n');
  await writeFile(temporary, contents);
  if (name === 'cli.js') await chmod(temporary, 0o755);
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
    if (age > KEEP_STALE_MS) await rm(file, { force: true });
  }
}

/** npm links the commands of dependencies but not of the root package itself; `npx fettle` looks here first. */
async function linkCommand() {
  const binaries = join(root, 'node_modules', '.bin');
  if (process.platform === 'win32' || !existsSync(binaries)) return;
  const temporary = join(binaries, `.fettle-${process.pid}`);
  await rm(temporary, { force: true });
  await symlink('../../dist/cli.js', temporary);
  await rename(temporary, join(binaries, 'fettle'));
}
