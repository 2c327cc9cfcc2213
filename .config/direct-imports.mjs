import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';

/** As prettier writes them: names in braces, from a path. */
const NAMED_IMPORT = /^import \{([^}]*)\} from '(\.[^']*\/index\.js)';/gm;
const NAMED_EXPORT = /^export \{([^}]*)\} from '(\.[^']*)';/gm;

/**
 * Lets the bundle import what a room exports from the file that defines it, not from the room's index. esbuild splits by
 * files: who needs one thing of an index would come to need all that any of its files needs.
 * @param sourceFolder no other files are changed
 * @param late files of functions that are loaded when one of these is first called, although the sources import them at once
 */
export function directImports(sourceFolder, late = []) {
  const exportsOf = memoized(readExports);
  const definition = (index, name) => {
    const found = exportsOf(index).get(name);
    if (!found) return { file: index, name };
    return basename(found.file) === 'index.ts' ? definition(found.file, found.name) : found;
  };
  return {
    name: 'direct-imports',
    setup: (esbuild) => {
      esbuild.onLoad({ filter: /\.tsx?$/ }, async ({ path }) => {
        if (!path.startsWith(join(sourceFolder, '/'))) return undefined;
        const text = await readFile(path, 'utf8');
        const write = (importer, found) => importOf(importer, found, late);
        return { contents: direct(text, path, { definition, write }), loader: path.endsWith('x') ? 'tsx' : 'ts' };
      });
    },
  };
}

/** Keeps all on one line, and as many lines as there were, so that places in messages of the build stay true. */
function direct(text, path, { definition, write }) {
  return text.replaceAll(NAMED_IMPORT, (whole, names, specifier) => {
    const index = sourceOf(path, specifier);
    const imports = namesIn(names).map(({ from, to }) => write(path, { ...definition(index, from), to }));
    return imports.join(' ') + '\n'.repeat(whole.split('\n').length - 1);
  });
}

/** `bundleNow` is taken away when the parts are written (command-parts.mjs): the chunk is then there at once. */
function importOf(importer, { file, name, to }, late) {
  const specifier = JSON.stringify(specifierOf(importer, file));
  return late.includes(file)
    ? `const ${to} = (...given) => bundleNow(() => import(${specifier})).${name}(...given);`
    : `import { ${name} as ${to} } from ${specifier};`;
}

/** Name → where an index has it from. What it defines itself is not among them. */
function readExports(index) {
  const text = readFileSync(index, 'utf8');
  return new Map(
    [...text.matchAll(NAMED_EXPORT)].flatMap(([, names, specifier]) =>
      namesIn(names).map(({ from, to }) => [to, { file: sourceOf(index, specifier), name: from }]),
    ),
  );
}

/** `a, type B, c as d`, without the types. */
function namesIn(list) {
  const names = list.split(',').map((each) => each.trim());
  return names
    .filter((each) => each !== '' && !each.startsWith('type '))
    .map((each) => each.split(' as '))
    .map(([from, to = from]) => ({ from, to }));
}

function sourceOf(importer, specifier) {
  return join(dirname(importer), specifier.replace(/\.js$/, '.ts'));
}

function specifierOf(importer, file) {
  const path = relative(dirname(importer), file).replaceAll('\\', '/').replace(/\.ts$/, '.js');
  return path.startsWith('.') ? path : `./${path}`;
}

function memoized(read) {
  const known = new Map();
  return (key) => {
    if (!known.has(key)) known.set(key, read(key));
    return known.get(key);
  };
}
