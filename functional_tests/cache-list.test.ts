import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { RunReport, tarGz, World } from './support/index.js';

describe('cache list', () => {
  test('is empty for an empty cache', async () => {
    await using world = await World.create();
    expect(await world.fettle(['cache', 'list'])).toMatchObject({ exitCode: 0, stdout: '' });
    expect(JSON.parse((await world.fettle(['cache', 'list', '--json'])).stdout)).toEqual({ entries: [] });
  });

  test('tells identity, options, platform, size, times, origin and path of each entry', async () => {
    await using world = await World.create();
    const archive = tarGz([{ path: 'data', content: 'x'.repeat(5000) }]);
    const url = world.server.serve('/a.tar.gz', archive);
    const sha256 = createHash('sha256').update(archive).digest('hex');
    await world.recipe(
      'local.a@v1',
      `options = { level = { type = "string", default = "3" } }
fetch = { source = "${url}", sha256 = "${sha256}" }
install = "head -c 5000 /dev/zero > data"`,
    );
    await world.manifest('packages = { "local.a@v1" }');
    const path = new RunReport(await world.fettle(['sync', '--json'])).package('local.a@v1').path;
    const { entries } = JSON.parse((await world.fettle(['cache', 'list', '--json'])).stdout) as { entries: unknown[] };
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown;
    expect(entries).toEqual([
      {
        ...{ identity: 'local.a@v1', options: { level: '3' }, bytes: 5000, files: 1, path },
        ...{ platform: expect.stringMatching(/^\w+-\w+$/), key: expect.stringMatching(/^[0-9a-f]{64}$/) },
        ...{ last_used: time, completed: time },
        origin: [{ url, digest: expect.stringContaining(sha256) }],
      },
    ]);
    const text = await world.fettle(['cache', 'list', '-v']);
    const [head, row, origin] = text.stdout.split('\n');
    expect(head).toMatch(/^identity +platform +size +last used +completed +path$/);
    expect(row).toMatch(/^local\.a@v1\{level="3"\} +\S+ +5\.0 kB +\S+ \S+Z +\S+ \S+Z +\S+\/asset$/);
    expect(origin).toBe(`  from ${url}`);
  });
});
