import { existsSync } from 'node:fs';

/**
 * The bundled program of a thread: it lies beside the bundle that has the module; the library has that module in a part
 * of itself, one folder below.
 * @param module the URL of the module that asks
 */
export function bundledWorker(name: string, module: string): URL {
  const beside = new URL(`./${name}.js`, module);
  const above = new URL(`../${name}.js`, module);
  return existsSync(beside) || !existsSync(above) ? beside : above;
}
