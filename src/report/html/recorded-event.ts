import type { EngineEvent } from '../../events/index.js';

/** Of a script its beginning is enough: the whole of it is in the log. */
const SCRIPT_CHARACTERS = 200;

/** A line of the record of a run. */
export interface RecordLine {
  readonly text: string;
  /** Without it the record would not say how the run ended. */
  readonly isVital: boolean;
}

/** What is kept of an event for the report of the run; undefined for what the logs have, or what only shows progress. */
export function recordLine(event: EngineEvent): RecordLine | undefined {
  switch (event.kind) {
    case 'process:output':
    case 'lock:output':
    case 'download:progress':
    case 'extract:progress':
      return undefined;
    case 'process:start':
      return lineOf({ ...event, script: event.script.slice(0, SCRIPT_CHARACTERS) });
    default:
      return lineOf(event);
  }
}

function lineOf(event: EngineEvent): RecordLine {
  const isVital = ['run:start', 'package:done', 'run:end'].includes(event.kind);
  return { text: JSON.stringify(event), isVital };
}

/** The events of a record. A line that a killed process left half is no event. */
export function readRecordLines(lines: readonly string[]): readonly EngineEvent[] {
  return lines.flatMap((line) => {
    const event = parsed(line);
    return isEvent(event) ? [event] : [];
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isEvent(value: unknown): value is EngineEvent {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, time } = value as Partial<EngineEvent>;
  return typeof kind === 'string' && typeof time === 'number' && 'package' in value;
}
