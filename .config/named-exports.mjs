import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

/**
 * `await import('package')` of a CommonJS package has named exports in Node, but in a chunk of its own only a default
 * one. So each such import in the sources goes through a module that names what Node itself finds in the package.
 */
export function namedExportsOfPackages(sourceFolder) {
  return {
    name: 'named-exports-of-packages',
    setup(esbuild) {
      const external = esbuild.initialOptions.external ?? [];
      esbuild.onResolve({ filter: /^[^./]/ }, ({ kind, path, resolveDir }) => {
        const isOwnLazyImport = kind === 'dynamic-import' && isInside(resolveDir, sourceFolder);
        if (!isOwnLazyImport || path.startsWith('node:') || external.includes(path)) return undefined;
        return { path, namespace: 'named-exports', pluginData: { resolveDir } };
      });
      esbuild.onLoad({ filter: /.*/, namespace: 'named-exports' }, async ({ path, pluginData }) => ({
        contents: await reexport(path),
        loader: 'js',
        resolveDir: pluginData.resolveDir,
      }));
    },
  };
}

async function reexport(path) {
  const found = await import(path);
  const specifier = JSON.stringify(path);
  if (!isCommonJs(path, found)) {
    return [
      `export * from ${specifier};`,
      ...('default' in found ? [`export { default } from ${specifier};`] : []),
    ].join('\n');
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

function isInside(folder, parent) {
  return folder === parent || folder.startsWith(join(parent, '/'));
}
