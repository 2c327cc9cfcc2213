// Bundles the sources and their dependencies into dist/. Runs as npm's `prepare`, so a fresh clone has a
// working command after `npm ci`.
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { namedExportsOfPackages } from './named-exports.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

const ENTRIES = { cli: 'src/cli/main.ts', index: 'src/index.ts', 'lock-worker': 'src/cache/lock-worker.ts' };

const SHEBANG = '#!/usr/bin/env node\n';

// Bundled CommonJS packages still use these names; an ES module does not have them.
const COMMONJS_NAMES = /\b(require|__filename|__dirname)\b/;
const COMMONJS_HEADER = [
  "import{createRequire as bundleCreateRequire}from'node:module';",
  "import{fileURLToPath as bundleFileURLToPath}from'node:url';",
  'const require=bundleCreateRequire(import.meta.url);',
  'const __filename=bundleFileURLToPath(import.meta.url);',
  "const __dirname=bundleFileURLToPath(new URL('.',import.meta.url));\n",
].join('');

/** Chunks of earlier builds stay this long, because a command that still runs may load one of them yet. */
const KEEP_STALE_MS = 60 * 60 * 1000;

const files = await bundle(presentEntries());
await mkdir(dist, { recursive: true });
for (const file of entriesLast(files)) await replaceFile(file.name, file.contents);
await removeStale(new Set(files.map((file) => file.name)));
await linkCommand();

function presentEntries() {
  const present = Object.entries(ENTRIES).filter(([, source]) => existsSync(join(root, source)));
  for (const [name, source] of Object.entries(ENTRIES)) {
    if (!present.some(([other]) => other === name))
      console.error(`build: ${source} is not there, dist/${name}.js is skipped`);
  }
  return Object.fromEntries(present);
}

async function bundle(entryPoints) {
  if (Object.keys(entryPoints).length === 0) return [];
  const result = await build({
    absWorkingDir: root,
    entryPoints,
    outdir: dist,
    write: false,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    jsx: 'automatic',
    // Chunks lie flat in dist/: code finds ../recipes and ./lock-worker.js relative to the chunk it is in.
    chunkNames: '[name]-[hash]',
    // Smaller files parse faster; identifiers stay, so that the stack of a bug report can be read.
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
    // Only reached by ink when DEV is "true".
    // extract-zip: its dependencies use Buffer(), which Node only forgives in node_modules.
    external: ['react-devtools-core', 'extract-zip'],
    plugins: [namedExportsOfPackages(join(root, 'src'))],
    logLevel: 'warning',
  });
  return withHeaders(new Map(result.outputFiles.map((file) => [basename(file.path), file.text])));
}

/** Puts its header before each file that needs one, and moves what its map says down by as many lines. */
function withHeaders(texts) {
  return [...texts].map(([name, text]) => {
    if (!name.endsWith('.map')) return { name, contents: headerOf(name, text) + text };
    const script = name.slice(0, -'.map'.length);
    const lines = headerOf(script, texts.get(script)).split('\n').length - 1;
    const map = JSON.parse(text);
    return { name, contents: JSON.stringify({ ...map, mappings: ';'.repeat(lines) + map.mappings }) };
  });
}

function headerOf(name, text) {
  const shebang = name === 'cli.js' && !text.startsWith('#!') ? SHEBANG : '';
  return shebang + (COMMONJS_NAMES.test(text) ? COMMONJS_HEADER : '');
}

/** Entries name chunks by their hash, so whoever reads a new entry must find the new chunks there already. */
function entriesLast(files) {
  const isEntry = (file) => basename(file.name, '.js') in ENTRIES;
  return [...files.filter((file) => !isEntry(file)), ...files.filter(isEntry)];
}

/** Renames into place, so that a command that runs from dist/ meanwhile never reads half a file. */
async function replaceFile(name, contents) {
  const target = join(dist, name);
  const temporary = `${target}.${process.pid}.tmp`;
  await writeFile(temporary, contents);
  if (name === 'cli.js') await chmod(temporary, 0o755);
  await rename(temporary, target);
}

/** Removes what this build did not write and what no running build or command can still want. */
async function removeStale(current) {
  for (const name of await readdir(dist)) {
    if (current.has(name) || !/\.(js|map|tmp)$/.test(name)) continue;
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
