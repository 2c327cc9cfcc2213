// Bundled as a module of its own that is loaded only when telemetry is on: import nothing of ours here but types.
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { ExportResultCode, W3CTraceContextPropagator, type ExportResult } from '@opentelemetry/core';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';
import type { SpanFacts } from '../spans/index.js';
import type { ExportedEnd, ExportedSpan, SpanSink } from './span-sink.js';

export interface TelemetrySetting {
  readonly version: string;
  /** Of the whole process; endpoint, headers, certificates, sampler and resource are read by the SDK itself. */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds one delivery may take, tries included. */
  readonly timeoutMs: number;
}

/** Room for the spans of a run of a thousand packages while a slow collector takes them. */
const MOST_WAITING_SPANS = 65_536;

interface OpenSpan {
  readonly span: Span;
  readonly context: Context;
}

/** Opens the official SDK: spans go in batches to the collector that the environment names. */
export function openSpanSink({ version, env, timeoutMs }: TelemetrySetting): SpanSink<OpenSpan> {
  const exporter = new WatchedExporter(exporterFor(env, timeoutMs));
  const queue = env['OTEL_BSP_MAX_QUEUE_SIZE'] === undefined ? { maxQueueSize: MOST_WAITING_SPANS } : {};
  const provider = new BasicTracerProvider({
    resource: resourceOf(version),
    spanProcessors: [new BatchSpanProcessor(exporter, queue)],
  });
  const tracer = provider.getTracer('fettle', version);
  const outer = continuedTrace(env);
  return {
    start: ({ name, isClient, start, attributes }: ExportedSpan, parent) => {
      const context = parent?.context ?? outer;
      const kind = isClient ? SpanKind.CLIENT : SpanKind.INTERNAL;
      const options = { kind, startTime: new Date(start), attributes: withoutNulls(attributes) };
      const span = tracer.startSpan(name, options, context);
      return { span, context: trace.setSpan(context, span) };
    },
    end: ({ span }, { end, outcome, errorType, attributes }: ExportedEnd) => {
      span.setAttributes(withoutNulls(attributes));
      if (outcome === 'failed') {
        const type = errorType ?? 'failed';
        span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR, message: type });
      }
      span.end(new Date(end));
    },
    close: async () => {
      await provider.shutdown();
      return exporter.failure;
    },
  };
}

/** OTLP over gRPC needs a package of its own; its users have an HTTP port, too. */
function exporterFor(env: TelemetrySetting['env'], timeoutMillis: number): SpanExporter {
  const protocol = env['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] ?? env['OTEL_EXPORTER_OTLP_PROTOCOL'];
  return protocol === 'http/json' ? new JsonExporter({ timeoutMillis }) : new ProtobufExporter({ timeoutMillis });
}

/** What the environment says of the service counts more than what we say. */
function resourceOf(version: string): ReturnType<typeof defaultResource> {
  const own = resourceFromAttributes({ 'service.name': 'fettle', 'service.version': version });
  return defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }));
}

/** Whoever called us may have a trace already (W3C Trace Context in TRACEPARENT and TRACESTATE). */
function continuedTrace(env: TelemetrySetting['env']): Context {
  const carrier = { traceparent: env['TRACEPARENT'], tracestate: env['TRACESTATE'] };
  return new W3CTraceContextPropagator().extract(ROOT_CONTEXT, carrier, {
    get: (from: typeof carrier, key) => from[key as keyof typeof carrier],
    keys: (from: typeof carrier) => Object.keys(from),
  });
}

function withoutNulls(facts: SpanFacts): Attributes {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null)) as Attributes;
}

/** A collector that has failed once is left alone for the rest of the run: it costs no more time. */
class WatchedExporter implements SpanExporter {
  failure: string | undefined;
  readonly #exporter: SpanExporter;

  constructor(exporter: SpanExporter) {
    this.#exporter = exporter;
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    if (this.failure !== undefined) {
      done({ code: ExportResultCode.FAILED });
      return;
    }
    this.#exporter.export(spans, (result) => {
      if (result.code !== ExportResultCode.SUCCESS) this.failure ??= result.error?.message ?? 'no answer';
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }
}
