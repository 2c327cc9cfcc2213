import { execFileSync } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { NpmRegistry, RunReport, World, type CommandOptions } from './support/index.js';
import { BUILD, Sigstore, type Attestation, type StatementSubject } from './support/sigstore.js';

const BUILD_TEXTS = Object.fromEntries(Object.entries(BUILD).map(([name, { value }]) => [name, value]));

let sigstore: Sigstore;
beforeAll(async () => {
  sigstore = await Sigstore.create();
});

/** A project that takes any version of what a registry has, which publishes 1.0.0 with provenance. */
class Scene implements AsyncDisposable {
  private constructor(
    readonly world: World,
    readonly registry: NpmRegistry,
  ) {}

  static async create(manifest = ''): Promise<Scene> {
    const world = await World.create();
    const scene = new Scene(world, await NpmRegistry.create(world));
    world.server.serve('/npm/-/npm/v1/keys', JSON.stringify({ keys: [sigstore.registryKey] }));
    await world.write('trusted_root.json', JSON.stringify(sigstore.trustedRoot));
    await world.recipe('local.kit@v1', 'fetch = "pkg:npm/kit"\n');
    await world.manifest(`${manifest}packages = { "local.kit@v1" }\n`);
    scene.registry.publish('1.0.0');
    return scene;
  }

  /** @returns the path of the document with the attestations */
  async attest(subject: Partial<StatementSubject> = {}, signedBy = sigstore): Promise<string> {
    const about = { ...this.registry.subjectOf('1.0.0'), ...subject };
    const attestations: Attestation[] = [await signedBy.provenance(about), await sigstore.publishing(about)];
    return this.registry.attest('1.0.0', attestations);
  }

  async sync(args: readonly string[] = [], { env, ...options }: CommandOptions = {}): Promise<RunReport> {
    const trust = { FETTLE_SIGSTORE_TRUSTED_ROOT: 'trusted_root.json' };
    return new RunReport(
      await this.world.fettle(['sync', '--json', ...args], { env: { ...trust, ...env }, ...options }),
    );
  }

  /** What a colleague has who gets the project with its lock file. */
  async forgetCache(): Promise<void> {
    execFileSync('chmod', ['-R', 'u+w', this.world.cache]);
    await rm(this.world.cache, { recursive: true, force: true });
    await rm(join(this.world.project, '.fettle'), { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.world[Symbol.asyncDispose]();
  }
}

describe('a package whose registry announces provenance', () => {
  test('is installed when it is right, and what it was built from is told and kept', async () => {
    await using scene = await Scene.create();
    await scene.attest();
    const report = await scene.sync(['--verbose']);
    expect(report.exitCode).toBe(0);
    expect(report.result.stderr).toContain(
      `pkg:npm/kit@1.0.0 was built from ${BUILD.repository.value} at ${BUILD.commit.value} by ${BUILD.workflow.value}`,
    );
    const { stdout } = await scene.world.fettle(['cache', 'list', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ entries: [{ origin: [{ url: 'pkg:npm/kit', build: BUILD_TEXTS }] }] });
    expect(await scene.world.read('fettle.lock')).not.toContain(BUILD.repository.value);
  });

  test('is looked at when it is chosen, and not again when it is locked', async () => {
    await using scene = await Scene.create();
    const document = await scene.attest();
    await scene.sync();
    expect(scene.world.server.count(document)).toBe(1);
    await scene.forgetCache();
    expect((await scene.sync(['--frozen'])).exitCode).toBe(0);
    await scene.forgetCache();
    expect((await scene.sync(['--locked'])).exitCode).toBe(0);
    expect(scene.world.server.count(document)).toBe(1);
  });

  test('is not downloaded when the statement is of another file', async () => {
    await using scene = await Scene.create();
    await scene.attest({ sha512: 'ab'.repeat(64) });
    const report = await scene.sync();
    expect(report.exitCode).toBe(4);
    expect(report.package('local.kit@v1').error).toMatchObject({ code: 'E_PROVENANCE' });
    const { sha512 } = scene.registry.subjectOf('1.0.0');
    for (const text of ['kit@1.0.0', 'another file', sha512, 'ab'.repeat(64), 'Do not use this version'])
      expect(report.result.stderr).toContain(text);
    expect(scene.world.server.count('/npm/kit/-/kit-1.0.0.tgz')).toBe(0);
  });

  test('is refused when nobody who is trusted has signed', async () => {
    await using scene = await Scene.create();
    await scene.attest({}, await Sigstore.create());
    const report = await scene.sync();
    expect(report.exitCode).toBe(4);
    expect(report.result.stderr).toContain('are not signed as they should be');
  });

  test('of which the registry hands nothing out is a warning, said once', async () => {
    await using scene = await Scene.create();
    scene.registry.attest('1.0.0');
    const report = await scene.sync();
    expect(report.exitCode).toBe(0);
    expect(report.result.stderr.match(/Provenance is not checked/g)).toHaveLength(1);
  });

  test('of which the registry hands nothing out ends a strict project', async () => {
    await using scene = await Scene.create('strict = true\n');
    scene.registry.attest('1.0.0');
    const report = await scene.sync();
    expect(report.exitCode).toBe(4);
    expect(report.package('local.kit@v1').error).toMatchObject({ code: 'E_PROVENANCE' });
    expect(report.result.stderr).toContain('the manifest is strict');
  });

  test('is installed in a strict project when it is right', async () => {
    await using scene = await Scene.create('strict = true\n');
    await scene.attest();
    expect((await scene.sync()).exitCode).toBe(0);
  });
});

test('an exact version without a lock entry is looked at too', async () => {
  await using scene = await Scene.create();
  await scene.world.recipe('local.kit@v1', 'fetch = "pkg:npm/kit@1.0.0"\n');
  await scene.attest({ name: 'pkg:npm/other@1.0.0' });
  const report = await scene.sync();
  expect(report.exitCode).toBe(4);
  expect(report.result.stderr).toContain('are of another package');
});

test('a version that lost the provenance that earlier ones have is told of', async () => {
  await using scene = await Scene.create();
  await scene.attest();
  scene.registry.publish('1.0.1');
  const report = await scene.sync();
  expect(report.exitCode).toBe(0);
  expect(report.result.stderr).toContain('kit@1.0.1 has no provenance, although kit@1.0.0 has');
});

test('the public trust root is kept in the cache, and nothing is left in the home folder', async () => {
  await using scene = await Scene.create();
  await scene.attest();
  // Nobody listens there, so the mirror of the trust root is beyond reach wherever this test runs.
  const proxy = { HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '127.0.0.1' };
  const report = await scene.sync([], { env: { FETTLE_SIGSTORE_TRUSTED_ROOT: undefined, ...proxy } });
  expect(report.exitCode).toBe(0);
  expect(report.result.stderr).toContain("the trust root of Sigstore at hand is not today's");
  expect(await readdir(join(scene.world.cache, 'downloads', 'sigstore'))).toHaveLength(1);
  const atHome = await readdir(scene.world.home, { recursive: true });
  expect(atHome.filter((path) => /sigstore|tuf/.test(path))).toEqual([]);
});
