import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

/**
 * Takes what the sources only load when they need it out of the command's one file: `import('package')`, the live
 * view with all of Ink, and telemetry with all of its SDK. Each becomes an ES module of its own in dist/lazy/, which the command imports at run time.
 */
export class LazyPackages {
  #sourceFolder;
  /** Specifier → the file it is imported from, relative to dist/. */
  #found = new Map();

  constructor(sourceFolder) {
    this.#sourceFolder = sourceFolder;
  }

  /** For the bundle of the command: leaves the imports in, under their new names. */
  get extraction() {
    return {
      name: 'extract-lazy-packages',
      setup: (esbuild) => {
        esbuild.onResolve({ filter: /^[^./]|\/(screen|open-telemetry)\.js$/ }, ({ kind, path, resolveDir }) => {
          if (kind !== 'dynamic-import' || path.startsWith('node:') || !this.#isOwn(resolveDir)) return undefined;
          const source = path.startsWith('.') ? sourceOf(join(resolveDir, path)) : path;
          return { path: this.#place(source), external: true };
        });
      },
    };
  }

  /** Entry points for the bundle of the packages; call it after the command has been bundled. */
  get entryPoints() {
    return [...this.#found].map(([source, place]) => ({ in: `lazy:${source}`, out: place.replace(/\.mjs$/, '') }));
  }

  /** For the bundle of the packages: gives those written in CommonJS the named exports that Node would find. */
  get loading() {
    return {
      name: 'load-lazy-packages',
      setup: (esbuild) => {
        esbuild.onResolve({ filter: /^lazy:/ }, ({ path }) => ({
          path: path.slice('lazy:'.length),
          namespace: 'lazy',
        }));
        esbuild.onLoad({ filter: /.*/, namespace: 'lazy' }, async ({ path }) => ({
          contents: /\.tsx?$/.test(path) ? `export * from ${JSON.stringify(path)};` : await reexport(path),
          loader: 'js',
          resolveDir: this.#sourceFolder,
        }));
      },
    };
  }

  #isOwn(folder) {
    return folder === this.#sourceFolder || folder.startsWith(join(this.#sourceFolder, '/'));
  }

  #place(source) {
    const known = this.#found.get(source);
    if (known) return known;
    const name = source.startsWith(this.#sourceFolder) ? source.slice(this.#sourceFolder.length) : source;
    const place = `./lazy/${name
      .replace(/\.(tsx?|js)$/, '')
      .replaceAll(/[^A-Za-z0-9]+/g, '-')
      .replace(/^-/, '')}.mjs`;
    this.#found.set(source, place);
    return place;
  }
}

/** The file of the sources that an import of `x.js` means. */
function sourceOf(imported) {
  const component = imported.replace(/\.js$/, '.tsx');
  return existsSync(component) ? component : imported.replace(/\.js$/, '.ts');
}

/** esbuild gives a CommonJS module only a default export when it is a chunk of its own. */
async function reexport(path) {
  const found = await import(path);
  const specifier = JSON.stringify(path);
  if (!isCommonJs(path, found)) {
    const ending = 'default' in found ? [`export { default } from ${specifier};`] : [];
    return [`export * from ${specifier};`, ...ending].join('\n');
  }
  const names = Object.keys(found).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'default');
  const lines = names.map((name) => `const exported_${name} = whole.${name}; export { exported_${name} as ${name} };`);
  return [`const whole = require(${specifier});`, 'export default whole;', ...lines].join('\n');
}

/** The default export of a CommonJS package is what require returns. */
function isCommonJs(path, found) {
  try {
    return require(path) === found.default;
  } catch {
    return false;
  }
}
