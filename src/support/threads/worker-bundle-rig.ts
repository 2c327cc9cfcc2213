import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const ESBUILD = fileURLToPath(new URL('../../../node_modules/esbuild/bin/esbuild', import.meta.url));
const REQUIRE = "import{createRequire as r}from'node:module';const require=r(import.meta.url);";

/** The program of a thread as one file, in a temporary folder: a thread cannot load TypeScript. */
export class WorkerBundle implements AsyncDisposable {
  readonly url: URL;

  private constructor(private readonly folder: string) {
    this.url = pathToFileURL(join(folder, 'worker.mjs'));
  }

  /** @param source its TypeScript */
  static async create(source: string): Promise<WorkerBundle> {
    const folder = await mkdtemp(join(tmpdir(), 'fettle-worker-'));
    const bundle = new WorkerBundle(folder);
    // A process of its own: esbuild does not run inside jest's realm.
    await promisify(execFile)(ESBUILD, [
      ...[source, '--bundle', '--platform=node', '--format=esm', '--target=node20', '--log-level=warning'],
      ...[`--outfile=${fileURLToPath(bundle.url)}`, `--banner:js=${REQUIRE}`],
    ]);
    return bundle;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
