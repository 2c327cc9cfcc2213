import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FettleError } from '../errors/index.js';
import type { Host } from '../host/index.js';
import { loadManifest } from './load-manifest.js';
import type { Manifest } from './manifest.js';

/** A temporary project for one test. */
export class ManifestRig implements Disposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'fettle-'));
  readonly printed: string[] = [];
  readonly #open: Manifest[] = [];

  write(path: string, content: string): string {
    const file = join(this.directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  makeFolder(path: string): string {
    const folder = join(this.directory, path);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  load(lua: string, host: Partial<Host> = {}): Manifest {
    const file = this.write('fettle.lua', lua);
    const log = (_level: string, message: string) => this.printed.push(message);
    const manifest = loadManifest(file, { host: { ...this.host, ...host }, version: '0.0.1', log });
    this.#open.push(manifest);
    return manifest;
  }

  get host(): Host {
    const cwd = this.directory;
    return {
      platform: 'linux',
      arch: 'x86_64',
      env: {},
      cwd,
      home: cwd,
      tmp: cwd,
      pid: 1,
      cores: 2,
      now: () => 0,
    };
  }

  [Symbol.dispose](): void {
    for (const manifest of this.#open) manifest.state?.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The FettleError that `action` throws; any other outcome fails the test. */
export function failureOf(action: () => unknown): FettleError {
  try {
    action();
  } catch (error) {
    if (error instanceof FettleError) return error;
    throw error;
  }
  throw new RangeError('expected a FettleError, but nothing was thrown');
}
