import type { PackageStatus } from '../../events/index.js';
import type { Span, SpanEnd, SpanFacts } from '../spans/index.js';
import type { ExportedEnd, ExportedSpan } from './span-sink.js';

/**
 * A span in the words of the semantic conventions (`cicd.*`, `process.*`, `url.*`), with ours for the rest. Nothing that
 * may hold a secret goes out: no options, no scripts, no messages, and URLs without user and query.
 */
export function exportedSpan(span: Span): ExportedSpan {
  const { kind, start } = span;
  return { name: nameOf(span), isClient: kind === 'download', start, attributes: attributesOf(span) };
}

export function exportedEnd(span: Span, { end, outcome, facts }: SpanEnd): ExportedEnd {
  return { end, outcome, errorType: errorTypeOf(span, facts), attributes: endAttributes(span, outcome, facts) };
}

/** A few names in all, but for packages: backends group by them. */
function nameOf({ kind, name, package: of, phase }: Span): string {
  switch (kind) {
    case 'run':
      return name;
    case 'package':
      return of?.identity ?? 'package';
    case 'phase':
      return phase ?? 'phase';
    case 'download':
      return 'download';
    case 'extract':
      return 'extract';
    case 'process':
      return 'process';
    case 'lock':
      return 'wait for lock';
  }
}

function attributesOf(span: Span): SpanFacts {
  const { kind, name, facts, package: of } = span;
  const who: SpanFacts = of ? { 'fettle.package.identity': of.identity } : {};
  switch (kind) {
    case 'run':
      return { 'cicd.pipeline.name': name, 'fettle.command': facts['command'] ?? null };
    case 'package':
      return { ...who, 'cicd.pipeline.task.name': of?.identity ?? null };
    case 'phase':
      return { ...who, 'fettle.phase': span.phase, ...taskType(span.phase) };
    case 'download':
      return { ...who, 'fettle.file.name': name, ...urlAttributes(facts['url']) };
    case 'extract':
      return { ...who, 'fettle.file.name': name };
    case 'process':
      return { ...who, 'fettle.phase': span.phase, 'process.pid': facts['pid'] ?? null };
    case 'lock':
      return {
        ...who,
        'fettle.lock.holder.pid': facts['holder_pid'] ?? null,
        'fettle.lock.holder.host': facts['holder_host'] ?? null,
      };
  }
}

function endAttributes({ kind, package: of }: Span, outcome: SpanEnd['outcome'], facts: SpanFacts): SpanFacts {
  switch (kind) {
    case 'run':
      return { 'cicd.pipeline.result': RESULTS[outcome] };
    case 'package':
      return {
        'fettle.package.status': facts['status'] ?? null,
        'fettle.package.key': of?.key ?? null,
        'cicd.pipeline.task.run.result': resultOf(facts['status'] as PackageStatus | undefined, outcome),
      };
    case 'process':
      return { 'process.exit.code': facts['exit_code'] ?? null, 'fettle.process.signal': facts['signal'] ?? null };
    case 'download':
    case 'extract':
      return { 'fettle.bytes': facts['bytes'] ?? null, 'fettle.files': facts['files'] ?? null };
    case 'phase':
    case 'lock':
      return {};
  }
}

const RESULTS = { ok: 'success', failed: 'failure', unfinished: 'cancellation' } as const;

function resultOf(status: PackageStatus | undefined, outcome: SpanEnd['outcome']): string {
  return status === 'skipped' ? 'skip' : RESULTS[outcome];
}

function taskType(phase: Span['phase']): SpanFacts {
  return phase === 'build' || phase === 'deploy' ? { 'cicd.pipeline.task.type': phase } : {};
}

function errorTypeOf({ kind }: Span, facts: SpanFacts): string | null {
  if (typeof facts['code'] === 'string') return facts['code'];
  if (kind === 'process') return typeof facts['signal'] === 'string' ? facts['signal'] : 'exit';
  return null;
}

/** Sources that are no URLs, as packages of registries, are told as they are. */
function urlAttributes(url: SpanFacts[string] | undefined): SpanFacts {
  if (typeof url !== 'string') return {};
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed) return {};
  const server = parsed.hostname === '' ? {} : { 'server.address': parsed.hostname };
  return {
    'url.full': `${parsed.protocol}${parsed.host === '' ? '' : `//${parsed.host}`}${parsed.pathname}`,
    ...server,
  };
}
