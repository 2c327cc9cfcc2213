import { createHash } from 'node:crypto';
import { transform } from 'esbuild';

/**
 * The command in a few files, each of which is read when something of it is first needed: V8 takes in a whole file and all
 * that it compiled of it, so one file would make every start pay for everything. esbuild splits the sources into many small
 * chunks, by what needs them; here chunks that are needed together are put together again.
 */
const SYNC = ['src/cli/full-sync.ts', 'src/project/replace-file.ts'];
/** What few syncs need that a stamp answers. */
const EDIT = ['src/cli/accept-edit.ts', 'src/cli/keep-used.ts'];
const LUA = ['src/lua/open.ts'];
const GRAMMAR = ['src/cli/program.ts', 'src/cli/tell-failure.ts'];
const PARTS = [
  { name: 'quick', isWanted: ({ neededBy }) => neededBy(['src/cli/main.ts']) },
  { name: 'shared', isWanted: ({ neededBy }) => neededBy(SYNC) && neededBy(GRAMMAR) },
  { name: 'edit', isWanted: ({ neededBy }) => neededBy(EDIT) },
  { name: 'sync', isWanted: ({ neededBy }) => neededBy(SYNC) },
  { name: 'lua', isWanted: ({ neededBy }) => neededBy(LUA) },
  { name: 'start', isWanted: ({ neededBy }) => neededBy(GRAMMAR) },
  { name: 'rest', isWanted: () => true },
];

/** As esbuild writes the import of another chunk when it is needed, of a chunk that is needed at once, and of a package. */
const LATER_IMPORT = /\bimport\("\.\/([\w.-]+)\.js"\)/g;
/** As directImports writes the import of what is loaded when it is first called; after LATER_IMPORT was replaced. */
const LATE_CALL = /\bbundleNow\(\(\)=>bundleLater\(("[^"]+")\)\)/g;
const CHUNK_REQUIRE = /\brequire\("\.\/([\w.-]+)\.js"\)/g;
/** What esbuild puts before the exports of a module of CommonJS. */
const HELPERS = /^(?:var __\w+=.*?;)+(?=var stdin_exports=)/;
const SHIMMED_REQUIRE = /\b__require\(/g;

/**
 * @param result what esbuild made: an ES module for each chunk, and the metafile
 * @param adapt changes the text of a chunk that is CommonJS already
 * @returns the files, the first of which is run first
 */
export async function commandParts({ outputFiles, metafile }, { header, adapt }) {
  const chunks = chunksOf(outputFiles, metafile);
  const partOf = assignParts(chunks);
  const helpers = await helpersOfChunks();
  const written = await Promise.all(
    PARTS.map(async ({ name }) => {
      const own = [...chunks.values()].filter((chunk) => partOf.get(chunk.id) === name);
      const defined = await Promise.all(own.map((chunk) => definition(chunk, partOf, { adapt, helpers })));
      return { name, contents: `${header}${helpers}\n${defined.join('\n')}` };
    }),
  );
  const digest = createHash('sha256');
  for (const { contents } of written) digest.update(contents);
  const prefix = `fettle-${digest.digest('hex').slice(0, 8)}`;
  const entry = [...chunks.values()].find(({ entryPoint }) => entryPoint === 'src/cli/main.ts');
  return {
    prefix,
    entry: `${PARTS[0].name}/${entry.id}`,
    files: written.map(({ name, contents }) => ({ name: `${prefix}-${name}.js`, contents })),
  };
}

function chunksOf(outputFiles, metafile) {
  const outputs = Object.entries(metafile.outputs).map(([path, output]) => [idOf(path), output]);
  const texts = new Map(outputFiles.map((file) => [idOf(file.path), file.text]));
  return new Map(
    outputs.map(([id, { entryPoint, imports }]) => {
      const needs = imports.filter(({ kind, external }) => kind === 'import-statement' && !external);
      return [id, { id, entryPoint, text: texts.get(id), needs: needs.map(({ path }) => idOf(path)) }];
    }),
  );
}

function idOf(path) {
  return /([^/\\]+)\.js$/.exec(path)[1];
}

/** Each chunk belongs to the first part that wants it. */
function assignParts(chunks) {
  const neededBy = (entries) => {
    const needed = new Set();
    const open = [...chunks.values()].filter(({ entryPoint }) => entries.includes(entryPoint));
    for (let chunk = open.pop(); chunk; chunk = open.pop()) {
      if (needed.has(chunk.id)) continue;
      needed.add(chunk.id);
      open.push(...chunk.needs.map((id) => chunks.get(id)));
    }
    return needed;
  };
  const partOf = new Map();
  for (const id of chunks.keys()) {
    const place = { neededBy: (entries) => neededBy(entries).has(id) };
    partOf.set(id, PARTS.find(({ isWanted }) => isWanted(place)).name);
  }
  return partOf;
}

/** A chunk as a function that CommonJS would call. */
async function definition({ id, text }, partOf, { adapt, helpers }) {
  const place = (chunk) => JSON.stringify(`${partOf.get(chunk)}/${chunk}`);
  const later = text.replaceAll(LATER_IMPORT, (whole, chunk) =>
    partOf.has(chunk) ? `bundleLater(${place(chunk)})` : whole,
  );
  const code = await asCommonJs(later.replaceAll(SHIMMED_REQUIRE, 'require('));
  const required = adapt(withoutHelpers(code, helpers).replaceAll(LATE_CALL, 'bundlePart($1)')).replaceAll(
    CHUNK_REQUIRE,
    (_whole, chunk) => `bundlePart(${place(chunk)})`,
  );
  return `bundleDefine(${place(id)},function(exports,module){${required}});`;
}

/** All helpers of esbuild that a chunk may begin with, for a whole part: they are a kilobyte, which V8 would take in with each chunk. */
async function helpersOfChunks() {
  const code = await asCommonJs(
    'import one from "one"; import * as all from "all"; export const sum = () => one(all);',
  );
  return HELPERS.exec(code)?.[0] ?? '';
}

function withoutHelpers(code, helpers) {
  const [own = ''] = HELPERS.exec(code) ?? [];
  for (const [, name] of own.matchAll(/(?:var |,)(__\w+)=/g))
    if (!helpers.includes(`${name}=`)) throw new Error(`a chunk needs ${name}, which its part does not have`);
  return code.slice(own.length);
}

async function asCommonJs(text) {
  const { code } = await transform(text, {
    format: 'cjs',
    target: 'node20',
    platform: 'node',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
  });
  return code;
}
