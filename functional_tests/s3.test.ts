import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import S3Server from 's3rver';
import { ProxyServer } from './support/proxy-server.js';
import { expectNothingKept, RunReport, tarGz, World } from './support/index.js';

const KEYS = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' };
const TARBALL = tarGz([{ path: 'kit/index.js', content: '1' }]);
/** Parts but for the last have at least 5 MiB. */
const PARTS = [Buffer.alloc(5 * 1024 * 1024, 'a'), Buffer.from('the end')];
const hex = (...content: readonly Uint8Array[]): string =>
  createHash('sha256').update(Buffer.concat(content)).digest('hex');

let folder: string;
let server: S3Server;
let endpoint: string;

/** A server that speaks S3 for all the tests, with an object of each kind. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fettle-'));
  server = new S3Server({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory: folder,
    configureBuckets: [{ name: 'kits' }],
  });
  const { port } = await server.run();
  endpoint = `http://127.0.0.1:${port}`;
  await fill();
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function fill(): Promise<void> {
  const credentials = { accessKeyId: KEYS.AWS_ACCESS_KEY_ID, secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY };
  const settings = { endpoint, region: 'us-east-1', forcePathStyle: true, credentials };
  const client = new S3Client({ ...settings, requestChecksumCalculation: 'WHEN_REQUIRED' });
  const [Bucket, Key] = ['kits', 'large.bin'];
  try {
    await client.send(new PutObjectCommand({ Bucket, Key: 'tools/kit 1.tgz', Body: TARBALL }));
    await client.send(new PutObjectCommand({ Bucket, Key: "odd (1)/it's +100%.bin", Body: 'odd' }));
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const parts = [];
    for (const [index, Body] of PARTS.entries()) {
      const PartNumber = index + 1;
      const { ETag } = await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }));
      parts.push({ PartNumber, ETag });
    }
    await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts: parts } }));
  } finally {
    client.destroy();
  }
}

async function sync(world: World, fetch: string, ...options: readonly string[]): Promise<RunReport> {
  await world.recipe('local.a@v1', `fetch = ${fetch}`);
  await world.manifest('packages = { "local.a@v1" }');
  const env = { ...KEYS, AWS_ENDPOINT_URL: endpoint };
  return new RunReport(await world.fettle(['sync', '--json', ...options], { env }));
}

async function contents(report: RunReport): Promise<readonly string[]> {
  const { path, error } = report.package('local.a@v1');
  if (path === null) throw new Error(JSON.stringify(error));
  return readdir(path);
}

describe('from a bucket', () => {
  test('an archive is fetched, verified and extracted', async () => {
    await using world = await World.create();
    const report = await sync(world, `{ source = "s3://kits/tools/kit 1.tgz", sha256 = "${hex(TARBALL)}" }`);
    expect(await contents(report)).toEqual(['kit']);
  });

  test('an object that was uploaded in parts is verified by its content, not by its ETag', async () => {
    await using world = await World.create();
    const report = await sync(world, `{ source = "s3://kits/large.bin", sha256 = "${hex(...PARTS)}" }`);
    expect(await contents(report)).toEqual(['large.bin']);
  });

  test('the wrong content is refused', async () => {
    await using world = await World.create();
    const report = await sync(world, `{ source = "s3://kits/large.bin", sha256 = "${hex(TARBALL)}" }`);
    expect([report.exitCode, report.package('local.a@v1').error?.code]).toEqual([4, 'E_CHECKSUM']);
    await expectNothingKept(world);
  });

  test.each([
    ['an object', 's3://kits/none.tgz', 'NoSuchKey'],
    ['a bucket', 's3://nobody/kit.tgz', 'NoSuchBucket'],
  ])('%s that is not there is an error of the network', async (_what, source, answer) => {
    await using world = await World.create();
    const report = await sync(world, `"${source}"`);
    const { error } = report.package('local.a@v1');
    expect([report.exitCode, error?.code]).toEqual([5, 'E_FETCH']);
    expect(report.result.stderr).toContain(answer);
    expect(report.result.stderr).toContain(source);
  });

  test('a name that must be escaped is asked for as it is, through the proxy that the environment names', async () => {
    await using world = await World.create();
    await using proxy = await ProxyServer.start();
    await world.recipe('local.a@v1', `fetch = "s3://kits/odd (1)/it's +100%.bin"`);
    await world.manifest('packages = { "local.a@v1" }');
    const env = { ...KEYS, AWS_ENDPOINT_URL: endpoint, HTTP_PROXY: `http://${proxy.address}` };
    const report = new RunReport(await world.fettle(['sync', '--json'], { env }));
    expect(await contents(report)).toEqual(["it's +100%.bin"]);
    expect(proxy.asked).toEqual([expect.stringContaining(endpoint)]);
  });

  test('nothing is fetched offline', async () => {
    await using world = await World.create();
    const report = await sync(world, '"s3://kits/large.bin"', '--offline');
    expect([report.exitCode, report.package('local.a@v1').error?.code]).toEqual([5, 'E_OFFLINE']);
  });

  test('an address without an object is a mistake of the recipe', async () => {
    await using world = await World.create();
    const report = await sync(world, '"s3://kits/"');
    expect(report.exitCode).toBe(3);
    expect(report.result.stderr + report.result.stdout).toContain('names no object');
  });
});
