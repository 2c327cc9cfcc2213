import { describe, expect, test } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { World, type CommandOptions } from './support/index.js';

const A = 'local.a@v1';
const SECRET = 'hunter2';

interface Value {
  readonly stringValue?: string;
  readonly intValue?: number;
}

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Value }[];
  readonly status: { readonly code?: number };
}

interface Delivery {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly { readonly key: string; readonly value: Value }[] };
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
}

/** What a collector got. */
interface Collected {
  readonly bodies: Buffer[];
  readonly spans: () => readonly Span[];
  readonly resource: () => Readonly<Record<string, string | undefined>>;
}

function collect(world: World): Collected {
  const bodies: Buffer[] = [];
  world.server.serve('/v1/traces', async (request, response) => {
    bodies.push(await bodyOf(request));
    response.writeHead(200).end();
  });
  const resources = (): Delivery['resourceSpans'] =>
    bodies.flatMap((body) => (JSON.parse(body.toString('utf8')) as Delivery).resourceSpans);
  return {
    bodies,
    spans: () => resources().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    resource: () =>
      Object.fromEntries(resources()[0]?.resource.attributes.map(({ key, value }) => [key, value.stringValue]) ?? []),
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function busyWorld(): Promise<World> {
  const world = await World.create();
  const url = world.server.serve(`/f.txt`, 'content').replace('://', `://me:${SECRET}@`);
  await world.recipe(
    A,
    `fetch = "${url}?token=${SECRET}"\nbuild = "echo ${SECRET}"\ninstall = "echo ${SECRET} >&2; exit 3"`,
  );
  await world.manifest(`packages = { "${A}" }`);
  return world;
}

function settings(world: World, env: CommandOptions['env'] = {}): CommandOptions {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: world.server.origin, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
  return { env: { ...endpoint, ...env } };
}

describe('with a collector', () => {
  test('a run is one trace of nested spans, without a secret in it', async () => {
    await using world = await busyWorld();
    const collected = collect(world);
    const { exitCode, stderr } = await world.fettle(['sync'], settings(world));
    expect(exitCode).toBe(1);
    expect(stderr).not.toContain('telemetry');
    const spans = collected.spans();
    const nameOf = (id: string | undefined): string | undefined => spans.find(({ spanId }) => spanId === id)?.name;
    const pairs = spans.map(({ name, parentSpanId }) => [name, nameOf(parentSpanId)]);
    expect(pairs).toEqual(
      expect.arrayContaining([
        ['fettle sync', undefined],
        [A, 'fettle sync'],
        ['recipe_fetch', A],
        ['fetch', A],
        ['download', 'fetch'],
        ['build', A],
        ['process', 'build'],
        ['install', A],
        ['process', 'install'],
      ]),
    );
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    for (const { startTimeUnixNano, endTimeUnixNano } of spans) {
      expect(BigInt(endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(startTimeUnixNano));
    }
    expect(Buffer.concat(collected.bodies).toString('utf8')).not.toContain(SECRET);
  });

  test('failures carry the code of their error and the exit code of the script', async () => {
    await using world = await busyWorld();
    const collected = collect(world);
    await world.fettle(['sync'], settings(world));
    const failed = collected.spans().filter(({ status }) => status.code === 2);
    expect(failed.map(({ name }) => name).sort()).toEqual(['fettle sync', 'install', A, 'process'].sort());
    const attributes = failed.flatMap((span) => span.attributes);
    expect(attributes).toContainEqual({ key: 'error.type', value: { stringValue: 'E_SCRIPT' } });
    expect(attributes).toContainEqual({ key: 'process.exit.code', value: { intValue: 3 } });
    expect(attributes).toContainEqual({ key: 'cicd.pipeline.result', value: { stringValue: 'failure' } });
  });

  test('the environment names the service, adds to the resource and the headers, and continues a trace', async () => {
    await using world = await busyWorld();
    const collected = collect(world);
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const env = {
      OTEL_SERVICE_NAME: 'tools',
      OTEL_RESOURCE_ATTRIBUTES: 'team=compilers',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=abc',
      TRACEPARENT: `00-${traceId}-b7ad6b7169203331-01`,
    };
    await world.fettle(['sync'], settings(world, env));
    expect(collected.resource()).toMatchObject({ 'service.name': 'tools', team: 'compilers' });
    expect(collected.spans().find(({ name }) => name === 'fettle sync')).toMatchObject({
      traceId,
      parentSpanId: 'b7ad6b7169203331',
    });
    expect(world.server.requests.find(({ path }) => path === '/v1/traces')?.headers['x-api-key']).toBe('abc');
  });

  test('protobuf is what it speaks unless told otherwise', async () => {
    await using world = await busyWorld();
    const collected = collect(world);
    await world.fettle(['sync'], settings(world, { OTEL_EXPORTER_OTLP_PROTOCOL: undefined }));
    const request = world.server.requests.find(({ path }) => path === '/v1/traces');
    expect(request?.headers['content-type']).toBe('application/x-protobuf');
    const bytes = Buffer.concat(collected.bodies);
    expect(bytes.includes(A)).toBe(true);
    expect(bytes.includes(SECRET)).toBe(false);
  });

  test.each([{ OTEL_SDK_DISABLED: 'true' }, { OTEL_TRACES_EXPORTER: 'none' }])('%j sends nothing', async (env) => {
    await using world = await busyWorld();
    const collected = collect(world);
    await world.fettle(['sync'], settings(world, env));
    expect(collected.bodies).toEqual([]);
  });
});

describe('a collector that is not well', () => {
  test('is told once and changes nothing else when nobody listens', async () => {
    await using world = await World.create();
    await world.recipe(A, 'install = "touch f"');
    await world.manifest(`packages = { "${A}" }`);
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' };
    const { exitCode, stderr } = await world.fettle(['sync'], { env });
    expect(exitCode).toBe(0);
    expect(stderr.match(/telemetry was not delivered: connect ECONNREFUSED/g)).toHaveLength(1);
  });

  test('is not waited for when it never answers', async () => {
    await using world = await World.create();
    await world.recipe(A, 'install = "touch f"');
    await world.manifest(`packages = { "${A}" }`);
    world.server.serve('/v1/traces', () => new Promise<never>(() => undefined));
    const { exitCode, stderr } = await world.fettle(['sync'], settings(world));
    expect(exitCode).toBe(0);
    expect(stderr.match(/telemetry was not delivered/g)).toHaveLength(1);
  });

  test('is told when it refuses', async () => {
    await using world = await World.create();
    await world.recipe(A, 'install = "touch f"');
    await world.manifest(`packages = { "${A}" }`);
    world.server.serve('/v1/traces', (_request, response) => void response.writeHead(401, 'go away').end());
    const { exitCode, stderr } = await world.fettle(['sync'], settings(world));
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('telemetry was not delivered')]);
  });
});
