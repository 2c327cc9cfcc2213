import type { Host } from '../host/index.js';
import { TemporaryFolder } from '../support/temporary-folder-rig.js';
import { loadManifest } from './load-manifest.js';
import type { Manifest } from './manifest.js';

/** A temporary project for one test. */
export class ManifestRig extends TemporaryFolder {
  readonly printed: string[] = [];
  readonly #open: Manifest[] = [];

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

  override [Symbol.dispose](): void {
    for (const manifest of this.#open) manifest.state?.close();
    super[Symbol.dispose]();
  }
}

export { failureOf } from '../support/temporary-folder-rig.js';
