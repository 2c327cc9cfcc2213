import { describe, expect, test } from '@jest/globals';
import { EventBus, type EventBody } from '../../events/index.js';
import type { ExportedEnd, ExportedSpan, SpanSink } from './span-sink.js';
import { TelemetryExport } from './telemetry.js';
import { wantsTelemetry } from './wants-telemetry.js';

interface Recorded extends ExportedSpan {
  readonly parent: string | null;
  ended?: ExportedEnd;
}

/** Keeps what it is given. */
class FakeSink implements SpanSink<Recorded> {
  readonly spans: Recorded[] = [];
  isClosed = false;

  start(span: ExportedSpan, parent: Recorded | undefined): Recorded {
    const recorded: Recorded = { ...span, parent: parent?.name ?? null };
    this.spans.push(recorded);
    return recorded;
  }

  end(handle: Recorded, end: ExportedEnd): void {
    handle.ended = end;
  }

  close(): Promise<string | undefined> {
    this.isClosed = true;
    return Promise.resolve(undefined);
  }
}

const SECRET = 'hunter2';

async function exported(emit: (bus: EventBus) => void, open?: Promise<void>): Promise<FakeSink> {
  const sink = new FakeSink();
  const telemetry = new TelemetryExport(async () => {
    await open;
    return sink;
  });
  const bus = new EventBus(() => 7);
  bus.subscribe((event) => {
    telemetry.take(event);
  });
  emit(bus);
  expect(await telemetry.close()).toBeUndefined();
  return sink;
}

function runOf(bus: EventBus): void {
  const of = { id: `a.x@v1{token="${SECRET}"}`, identity: 'a.x@v1', options: `{token="${SECRET}"}`, key: 'k' };
  const emit = (body: EventBody): void => {
    bus.emit(body, { package: of, phase: 'build' });
  };
  bus.emit({ kind: 'run:start', command: 'sync', packages: 1 });
  emit({ kind: 'phase:start' });
  emit({ kind: 'cache:miss', reasons: [`option token: ${SECRET}`], causes: [] });
  const url = `https://me:${SECRET}@host.test:81/f.tar?sig=${SECRET}`;
  emit({ kind: 'download:start', url, name: 'f.tar' });
  emit({ kind: 'download:end', url, name: 'f.tar', bytes: 5, durationMs: 1 });
  emit({ kind: 'process:start', pid: 12, cwd: '/', script: `curl -u ${SECRET}` });
  emit({ kind: 'process:end', pid: 12, exitCode: 3, signal: null, durationMs: 1 });
  emit({ kind: 'phase:end', durationMs: 1, ok: false });
  const facts = { facts: { a: SECRET }, hint: SECRET, location: null, traceback: [], stack: null };
  const error = { ...facts, code: 'E_SCRIPT', message: SECRET } as const;
  emit({ kind: 'package:done', status: 'failed', path: null, reason: SECRET, durationMs: 1, error, logFile: null });
  bus.emit({ kind: 'run:end', durationMs: 1, ok: false });
}

describe('the spans of a run', () => {
  test('are run, package, phase, and what happens in it, each in the one that contains it', async () => {
    const { spans } = await exported(runOf);
    expect(spans.map(({ name, parent }) => [name, parent])).toEqual([
      ['fettle sync', null],
      ['a.x@v1', 'fettle sync'],
      ['build', 'a.x@v1'],
      ['download', 'build'],
      ['process', 'build'],
    ]);
    expect(spans.every(({ ended }) => ended !== undefined)).toBe(true);
    expect(spans[1]?.ended).toMatchObject({
      errorType: 'E_SCRIPT',
      outcome: 'failed',
      attributes: { 'cicd.pipeline.task.run.result': 'failure', 'fettle.package.status': 'failed' },
    });
    expect(spans[3]?.attributes).toEqual({
      'fettle.package.identity': 'a.x@v1',
      'fettle.file.name': 'f.tar',
      'url.full': 'https://host.test:81/f.tar',
      'server.address': 'host.test',
    });
    expect(spans[4]?.ended?.attributes).toMatchObject({ 'process.exit.code': 3 });
  });

  test('hold no secret, wherever one may stand', async () => {
    const { spans } = await exported(runOf);
    expect(JSON.stringify(spans)).not.toContain(SECRET);
  });

  test('of the time before the SDK was loaded are there too', async () => {
    let load = (): void => undefined;
    const loaded = new Promise<void>((resolve) => {
      load = resolve;
    });
    const { spans } = await exported((bus) => {
      runOf(bus);
      load();
    }, loaded);
    expect(spans).toHaveLength(5);
  });

  test('of a run that was cut off are ended', async () => {
    const { spans, isClosed } = await exported((bus) => bus.emit({ kind: 'run:start', command: 'sync', packages: 1 }));
    expect(spans[0]?.ended).toMatchObject({ outcome: 'unfinished' });
    expect(spans[0]?.ended?.attributes).toEqual({ 'cicd.pipeline.result': 'cancellation' });
    expect(isClosed).toBe(true);
  });
});

test('an SDK that does not load is told, and is nothing worse', async () => {
  const telemetry = new TelemetryExport(() => Promise.reject(new Error('no such module')));
  expect(await telemetry.close()).toBe('no such module');
});

test.each([
  [{}, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://h' }, true],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://h' }, true],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://h', OTEL_SDK_DISABLED: 'true' }, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://h', OTEL_SDK_DISABLED: 'false' }, true],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://h', OTEL_TRACES_EXPORTER: 'none' }, false],
])('with %j telemetry is wanted: %s', (env, isWanted) => {
  expect(wantsTelemetry(env)).toBe(isWanted);
});
