import { expect, test } from '@jest/globals';
import Ajv from 'ajv';
import { readFileSync } from 'node:fs';
import { tarGz, World } from './support/index.js';

const A = 'local.a@v1';
const B = 'local.b@v1';

const schema = JSON.parse(readFileSync('docs/events.schema.json', 'utf8')) as {
  readonly definitions: Record<string, { readonly properties?: { readonly kind?: object } }>;
};

/** What is wrong with a line, by the definition of its kind alone: that of all would name every kind. */
function problemsOf(line: string): readonly unknown[] {
  const event = JSON.parse(line) as { readonly kind: string };
  const { definitions } = schema;
  const validate = new Ajv({ allErrors: true }).compile({
    definitions,
    ...definitions[event.kind],
    additionalProperties: false,
  });
  return validate(event) === true ? [] : [event, ...(validate.errors ?? [])];
}

/** A package that downloads, unpacks, writes, warns; and one that needs it and fails. */
async function busyWorld(): Promise<World> {
  const world = await World.create();
  const url = world.server.serve('/a.tar.gz', tarGz([{ path: 'f', content: 'x'.repeat(100_000) }]));
  await world.recipe(
    A,
    `fetch = "${url}"
     stage = { strip = 0 }
     build = [[ printf '\\377\\376'; echo text >&2 ]]
     function install(ctx) print("told") ctx.run("cp ../stage/f .") end`,
  );
  await world.recipe(B, `dependencies = { "${A}" }\ninstall = "exit 3"`);
  await world.manifest(`packages = { "${B}" }`);
  return world;
}

test('"--reporter json" writes events to stderr, each as the schema says', async () => {
  await using world = await busyWorld();
  const { stderr } = await world.fettle(['--reporter', 'json', 'sync']);
  const lines = stderr.trimEnd().split('\n');
  expect(lines.flatMap(problemsOf)).toEqual([]);
  const kinds = new Set(lines.map((line) => (JSON.parse(line) as { readonly kind: string }).kind));
  expect([...kinds]).toEqual(
    expect.arrayContaining([
      ...['run:start', 'run:end', 'package:start', 'package:needs', 'package:done', 'phase:start', 'phase:end'],
      ...['cache:miss', 'cache:stored', 'lock:acquired', 'download:start', 'download:end', 'extract:start'],
      ...['extract:end', 'process:start', 'process:output', 'process:end', 'log'],
    ]),
  );
});

test('"--events FILE" has the same beside another reporter, also of a wait for another process', async () => {
  await using world = await World.create();
  const gate = world.gate('install');
  await world.recipe(A, `install = [[ echo waiting; ${gate.command}; touch f ]]`);
  await world.manifest(`packages = { "${A}" }`);
  const first = await world.start(['install']);
  await gate.arrived();
  const second = await world.start(['install', '-v']);
  await second.waitFor(({ kind }) => kind === 'lock:wait');
  gate.open();
  const { events } = await second.result;
  await first.result;
  expect(events.map((event) => JSON.stringify(event)).flatMap(problemsOf)).toEqual([]);
  expect(events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['lock:wait', 'cache:hit']));
});

test('each beginning has its end', async () => {
  await using world = await busyWorld();
  const { events } = await world.fettle(['sync']);
  const count = (wanted: string): number => events.filter(({ kind }) => kind === wanted).length;
  for (const what of ['run', 'phase', 'process', 'download']) expect(count(`${what}:end`)).toBe(count(`${what}:start`));
  expect(count('package:done')).toBe(count('package:start'));
  const ended = events.filter(({ kind }) => kind === 'process:end').map((event) => event['pid']);
  expect(ended).toEqual(events.filter(({ kind }) => kind === 'process:start').map((event) => event['pid']));
});

test('with "--reporter json" an error of the whole command is an event, too', async () => {
  await using world = await World.create();
  await world.manifest('packages = { { recipe = 5 } }');
  const { stderr, exitCode } = await world.fettle(['--reporter', 'json', 'sync']);
  expect(exitCode).toBe(3);
  expect(stderr.trimEnd().split('\n').flatMap(problemsOf)).toEqual([]);
  expect(JSON.parse(stderr.trimEnd())).toMatchObject({ kind: 'error', error: { code: 'E_MANIFEST' } });
});
