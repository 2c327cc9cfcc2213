import type { ErrorReport } from '../errors/index.js';
import type { Subscriber } from '../events/index.js';
import { plainReporter, type ReporterOptions } from './plain.js';

/** The plain report with each failure and warning marked as an annotation of the workflow run. */
export function githubReporter(options: ReporterOptions): Subscriber {
  const plain = plainReporter(options);
  return (event) => {
    plain(event);
    const title = event.package?.id ?? 'fettle';
    if (event.kind === 'package:done' && event.status === 'failed' && event.error) {
      options.write(errorAnnotation(title, event.error));
    } else if (event.kind === 'log' && event.level === 'warn' && options.verbosity !== 'quiet') {
      options.write(annotation('warning', { title }, event.message));
    }
  };
}

function errorAnnotation(title: string, error: ErrorReport): string {
  const place = error.location && {
    file: error.location.file,
    ...(error.location.line !== undefined && { line: String(error.location.line) }),
  };
  const text = error.hint === null ? error.message : `${error.message}\n${error.hint}`;
  return annotation('error', { ...place, title: `${title} ${error.code}` }, text);
}

/** The workflow commands of GitHub's runner; `%`, line ends and, in properties, `:` and `,` are written as %XX. */
function annotation(kind: 'error' | 'warning', properties: Readonly<Record<string, string>>, text: string): string {
  const listed = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(value)}`);
  return `::${kind} ${listed.join(',')}::${escapeText(text)}\n`;
}

function escapeText(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(value: string): string {
  return escapeText(value).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
