import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createRegistryRig, RigAnswer, type RegistryRig } from '../registry-rig.js';

const sum = (algorithm: string): string => createHash(algorithm).update('jar').digest('hex');

let rig: RegistryRig;
beforeEach(async () => {
  rig = await createRegistryRig();
});
afterEach(async () => {
  await rig[Symbol.asyncDispose]();
});

const METADATA = `<?xml version="1.0"?><metadata><groupId>org.acme</groupId><versioning><latest>2.0-rc1</latest>
  <release>1.10</release><versions><version>1.2</version><version>1.10</version><version>2.0-rc1</version></versions>
  </versioning></metadata>`;

function serve(repository = '/maven/', checksum = 'sha512'): void {
  const folder = `${repository}org/acme/kit/`;
  rig.serve(`${folder}maven-metadata.xml`, new RigAnswer(METADATA, { contentType: 'text/xml' }));
  for (const version of ['1.2', '1.10', '2.0-rc1']) {
    for (const algorithm of checksum === 'none' ? [] : [checksum]) {
      rig.serve(`${folder}${version}/kit-${version}.jar.${algorithm}`, new RigAnswer(`${sum(algorithm)}  kit.jar\n`));
    }
  }
}

async function configure(inside: string): Promise<void> {
  await rig.write('home/.m2/settings.xml', `<settings>${inside}</settings>`);
}

const mirror = (url: string, mirrorOf = '*'): string =>
  `<mirrors><mirror><id>near</id><url>${url}</url><mirrorOf>${mirrorOf}</mirrorOf></mirror></mirrors>`;

describe('the repository Maven is configured with', () => {
  test('comes from a mirror, with variables in it', async () => {
    serve();
    await configure(mirror('${env.NEXUS}/maven'));
    expect(await rig.resolve('pkg:maven/org.acme/kit@1.2', { env: { NEXUS: rig.origin } })).toEqual({
      url: `${rig.origin}/maven/org/acme/kit/1.2/kit-1.2.jar`,
      fileName: 'kit-1.2.jar',
      integrity: { algorithm: 'sha512', value: sum('sha512') },
      headers: {},
      version: '1.2',
      purl: 'pkg:maven/org.acme/kit@1.2',
      warnings: [],
    });
  });

  test('comes from the profiles that are active, in their order, and shows its server its password', async () => {
    serve('/second/');
    const repository = (id: string): string => `<repository><id>${id}</id><url>${rig.origin}/${id}</url></repository>`;
    await configure(`
      <servers><server><id>second</id><username>ann</username><password>\${env.WORD}</password></server></servers>
      <profiles>
        <profile><id>on</id><repositories>${repository('first')}${repository('second')}</repositories></profile>
        <profile><id>off</id><repositories>${repository('third')}</repositories></profile>
      </profiles>
      <activeProfiles><activeProfile>on</activeProfile></activeProfiles>`);
    const found = await rig.resolve('pkg:maven/org.acme/kit@1.2', { env: { WORD: 'secret' } });
    const authorization = `Basic ${btoa('ann:secret')}`;
    expect(found).toMatchObject({ url: expect.stringContaining('/second/'), headers: { authorization } });
    const asked = rig.requests.map(({ path, authorization: shown }) => [path.split('/')[1], shown]);
    expect(asked.at(-1)).toEqual(['second', authorization]);
    expect(asked).not.toContainEqual(['first', authorization]);
    expect(JSON.stringify(asked)).not.toContain('third');
  });

  test('comes from the installation when the user says nothing', async () => {
    serve();
    await rig.write('maven/conf/settings.xml', `<settings>${mirror(`${rig.origin}/maven/`, 'central')}</settings>`);
    const env = { MAVEN_HOME: `${rig.home}/../maven` };
    expect((await rig.resolve('pkg:maven/org.acme/kit@1.2', { env })).version).toBe('1.2');
  });

  test.each(['*,!central', 'external:http:*', 'other'])('is no mirror of %s', async (mirrorOf) => {
    await configure(`${mirror('http://127.0.0.1:1/wrong', mirrorOf)}<profiles><profile><id>p</id><activation>
      <activeByDefault>true</activeByDefault></activation><repositories><repository><id>central</id>
      <url>${rig.origin}/maven</url></repository></repositories></profile></profiles>`);
    serve();
    expect((await rig.resolve('pkg:maven/org.acme/kit@1.2')).url).toContain(rig.origin);
  });

  test('is refused when the settings block it', async () => {
    await configure(mirror('http://0.0.0.0/').replace('</mirror>', '<blocked>true</blocked></mirror>'));
    await expect(rig.resolve('pkg:maven/org.acme/kit@1.2')).rejects.toMatchObject({
      code: 'E_REGISTRY',
      message: expect.stringContaining("block the repository 'central'"),
    });
  });

  test('cannot be told from settings that are no XML', async () => {
    await rig.write('home/.m2/settings.xml', '<settings><mirrors>');
    await expect(rig.resolve('pkg:maven/org.acme/kit@1.2')).rejects.toMatchObject({
      code: 'E_REGISTRY',
      facts: { configuredBy: `${rig.home}/.m2/settings.xml` },
    });
  });
});

describe('the artifact', () => {
  const at = (more = ''): string => `?repository_url=${encodeURIComponent(`${rig.origin}/maven`)}${more}`;

  test.each([
    ['nothing', '', '1.10'],
    ['RELEASE', '@RELEASE', '1.10'],
    ['LATEST', '@LATEST', '2.0-rc1'],
    ['a range', '@[1.0,1.9]', '1.2'],
    ['an escaped range', '@%5B1.0%2C2.0)', '1.10'],
  ])('is chosen by %s', async (_what, wanted, expected) => {
    serve();
    const found = await rig.resolve(`pkg:maven/org.acme/kit${wanted}${at()}`);
    expect([found.version, found.purl]).toEqual([expected, `pkg:maven/org.acme/kit@${expected}${at()}`]);
  });

  test.each(['sha512', 'sha256', 'sha1', 'md5'] as const)(
    'is known by its %s when nothing better is published',
    async (algorithm) => {
      serve('/maven/', algorithm);
      const found = await rig.resolve(`pkg:maven/org.acme/kit@1.2${at()}`);
      expect(found.integrity).toEqual({ algorithm, value: sum(algorithm) });
    },
  );

  test('may have a classifier and another type', async () => {
    rig.serve('/maven/org/acme/kit/1.2/kit-1.2-linux.tar.gz.sha1', new RigAnswer(sum('sha1')));
    const found = await rig.resolve(`pkg:maven/org.acme/kit@1.2${at('&classifier=linux&type=tar.gz')}`);
    expect(found.fileName).toBe('kit-1.2-linux.tar.gz');
  });

  test('may be one snapshot, which lies in the folder of its version', async () => {
    const file = '/maven/org/acme/kit/1.3-SNAPSHOT/kit-1.3-20240131.120000-4.jar';
    rig.serve(`${file}.sha1`, new RigAnswer(sum('sha1')));
    const found = await rig.resolve(`pkg:maven/org.acme/kit@1.3-20240131.120000-4${at()}`);
    expect(found.url).toBe(`${rig.origin}${file}`);
  });

  test.each([
    ['a snapshot that moves', '@1.3-SNAPSHOT', ''],
    ['a classifier that is a path', '@1.2', '&classifier=..%2Fx'],
    ['a type that is a path', '@1.2', '&type=..%2Fx'],
  ])('is refused for %s', async (_what, version, more) => {
    await expect(rig.resolve(`pkg:maven/org.acme/kit${version}${at(more)}`)).rejects.toMatchObject({ code: 'E_PURL' });
    expect(rig.requests).toEqual([]);
  });

  test('without any published checksum needs one from the recipe', async () => {
    serve('/maven/', 'none');
    const expected = { algorithm: 'sha256', value: 'ab'.repeat(32) } as const;
    await expect(rig.resolve(`pkg:maven/org.acme/kit@1.2${at()}`)).rejects.toMatchObject({
      code: 'E_REGISTRY',
      hint: expect.stringContaining('sha256'),
    });
    const found = await rig.resolve(`pkg:maven/org.acme/kit@1.2${at()}`, { expected });
    expect(found.integrity).toEqual(expected);
  });

  test('that is missing tells the versions near it', async () => {
    serve();
    await expect(rig.resolve(`pkg:maven/org.acme/kit@1.5${at()}`)).rejects.toMatchObject({
      code: 'E_REGISTRY',
      facts: { nearest: ['1.2', '1.10', '2.0-rc1'] },
    });
    await expect(rig.resolve(`pkg:maven/org.acme/none@1.5${at()}`)).rejects.toMatchObject({
      message: "The registry has no package 'org.acme:none'.",
    });
  });

  test('is not looked for in what is no repository', async () => {
    rig.serve('/maven/org/acme/kit/maven-metadata.xml', new RigAnswer('<html><p>', { contentType: 'text/html' }));
    await expect(rig.resolve(`pkg:maven/org.acme/kit${at()}`)).rejects.toMatchObject({
      code: 'E_REGISTRY',
      message: expect.stringContaining('not a registry of maven packages'),
    });
  });
});
