import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const WORKER = fileURLToPath(new URL('../extract-worker.ts', import.meta.url));
const ESBUILD = fileURLToPath(new URL('../../../node_modules/esbuild/bin/esbuild', import.meta.url));
const REQUIRE = "import{createRequire as r}from'node:module';const require=r(import.meta.url);";

/** The worker as one file that a thread can load, in a temporary folder. */
export class ExtractWorkerBundle implements AsyncDisposable {
  readonly url: URL;

  private constructor(private readonly folder: string) {
    this.url = pathToFileURL(join(folder, 'extract-worker.mjs'));
  }

  static async create(): Promise<ExtractWorkerBundle> {
    const folder = await mkdtemp(join(tmpdir(), 'fettle-worker-'));
    const bundle = new ExtractWorkerBundle(folder);
    // A process of its own: esbuild does not run inside jest's realm.
    await promisify(execFile)(ESBUILD, [
      ...[WORKER, '--bundle', '--platform=node', '--format=esm', '--target=node20', '--log-level=warning'],
      ...[`--outfile=${fileURLToPath(bundle.url)}`, `--banner:js=${REQUIRE}`],
    ]);
    return bundle;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
