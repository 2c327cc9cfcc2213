import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tarGz } from './archives.js';
import { respondWith } from './loopback-server.js';
import type { StatementSubject } from './sigstore.js';
import type { World } from './world.js';

interface Published {
  readonly tarball: string;
  readonly integrity: string;
  readonly attestations?: object;
}

/** A registry of npm on the world's server, with one package: what is published to it is there from then on. */
export class NpmRegistry {
  readonly #versions = new Map<string, Published>();
  readonly #times: Record<string, string> = {};

  private constructor(
    private readonly world: World,
    readonly name: string,
  ) {}

  /** Sets the world up to use it. */
  static async create(world: World, name = 'kit'): Promise<NpmRegistry> {
    await writeFile(join(world.home, '.npmrc'), `registry=${world.server.origin}/npm/\n`);
    return new NpmRegistry(world, name);
  }

  /** @returns the path of the tarball on the server */
  publish(version: string, publishedAt = '2020-01-01T00:00:00.000Z'): string {
    const content = tarGz([{ path: 'package/version', content: version }]);
    const path = `/npm/${this.name}/-/${this.name}-${version}.tgz`;
    const tarball = this.world.server.serve(path, content);
    const integrity = `sha512-${createHash('sha512').update(content).digest('base64')}`;
    this.#versions.set(version, { tarball, integrity });
    this.#times[version] = publishedAt;
    this.world.server.serve(`/npm/${this.name}`, (request, response) =>
      respondWith(JSON.stringify(this.#document()))(request, response),
    );
    return path;
  }

  /** What a statement about a version must name. */
  subjectOf(version: string): StatementSubject {
    const digest = this.#versions.get(version)?.integrity.replace('sha512-', '') ?? '';
    return { name: `pkg:npm/${this.name}@${version}`, sha512: Buffer.from(digest, 'base64').toString('hex') };
  }

  /**
   * Announces attestations of a version from now on, with provenance among them.
   * @param attestations handed out; without them there are none where they should be
   * @returns the path of their document on the server
   */
  attest(version: string, attestations?: readonly object[]): string {
    const published = this.#versions.get(version);
    if (!published) throw new TypeError(`${version} is not published`);
    const path = `/npm/-/npm/v1/attestations/${this.name}@${version}`;
    const url = `http://registry.example.com${path.slice('/npm'.length)}`;
    this.#versions.set(version, {
      ...published,
      attestations: { url, provenance: { predicateType: 'https://slsa.dev/provenance/v1' } },
    });
    if (attestations) this.world.server.serve(path, JSON.stringify({ attestations }));
    return path;
  }

  /** How often it was asked what there is. */
  get questions(): number {
    return this.world.server.count(`/npm/${this.name}`);
  }

  #document(): object {
    const versions = Object.fromEntries(
      [...this.#versions].map(([version, dist]) => [version, { name: this.name, version, dist }]),
    );
    const latest = [...this.#versions.keys()].at(-1);
    return { name: this.name, 'dist-tags': { latest }, versions, time: this.#times };
  }
}
