import { describe, expect, test } from '@jest/globals';
import Ajv from 'ajv';
import { readFileSync } from 'node:fs';
import { EventBus, PHASES, type EventBody, type LockOwner } from '../events/index.js';
import { jsonLinesReporter } from './json-lines.js';

interface Definition {
  readonly required: readonly string[];
  readonly properties: Readonly<Record<string, object>>;
  additionalProperties?: boolean;
}

const schema = JSON.parse(readFileSync('docs/events.schema.json', 'utf8')) as {
  readonly oneOf: readonly { readonly $ref: string }[];
  readonly definitions: Readonly<Record<string, Definition>>;
};
const source = readFileSync('src/events/events.ts', 'utf8');
const kinds = [...source.matchAll(/readonly kind: '([^']+)'/g)].map(([, kind = '']) => kind);

const owner: LockOwner = {
  pid: 1,
  host: 'h',
  bootId: null,
  startTime: '5',
  since: 1,
  phase: 'build',
  logFile: '/l',
  token: 't',
};
const location = { file: 'f.lua', line: 3, text: 'x = 1' };
const error = {
  code: 'E_SCRIPT',
  message: 'm',
  facts: { a: 1, b: 'c', d: true, e: ['f'] },
  hint: null,
  location,
  traceback: [],
  stack: null,
} as const;
const inner = { kind: 'option', name: 'n', before: 1, after: null, location: null, because: [], text: 't' } as const;
const cause = { ...inner, kind: 'recipe', location: { file: 'f', line: 1 }, because: [inner] } as const;

/** One of each; the compiler sees that none is missing and that none has a field too few. */
const SAMPLES: { readonly [K in EventBody['kind']]: Extract<EventBody, { readonly kind: K }> } = {
  'run:start': { kind: 'run:start', command: 'sync', packages: 1 },
  'run:end': { kind: 'run:end', durationMs: 1.5, ok: true },
  'package:start': { kind: 'package:start', requestedBy: null },
  'package:needs': { kind: 'package:needs', needs: ['a.b@v1'] },
  'package:done': {
    kind: 'package:done',
    status: 'failed',
    path: null,
    reason: 'r',
    durationMs: 1,
    error,
    logFile: '/l',
  },
  'phase:start': { kind: 'phase:start' },
  'phase:end': { kind: 'phase:end', durationMs: 1, ok: false },
  'cache:hit': { kind: 'cache:hit', path: '/p', bytes: 1, buildMs: 1.5 },
  'cache:stored': { kind: 'cache:stored', path: '/p', bytes: 1, files: 1 },
  'cache:miss': { kind: 'cache:miss', reasons: ['r'], causes: [cause] },
  'check:result': { kind: 'check:result', satisfied: true, attempt: 2 },
  'lock:wait': { kind: 'lock:wait', lock: 'l', owner, waitedMs: 1 },
  'lock:output': { kind: 'lock:output', lock: 'l', pid: 1, host: 'h', lines: ['x'] },
  'lock:acquired': { kind: 'lock:acquired', lock: 'l', waitedMs: 0 },
  'lock:taken-over': { kind: 'lock:taken-over', lock: 'l', owner: null, certain: false },
  'lock:lost': { kind: 'lock:lost', lock: 'l' },
  'commit:lost': { kind: 'commit:lost', path: '/p' },
  'download:start': { kind: 'download:start', url: 'u', name: 'n' },
  'download:progress': { kind: 'download:progress', url: 'u', bytes: 1, total: null },
  'download:end': { kind: 'download:end', url: 'u', name: 'n', bytes: 1, durationMs: 1 },
  'download:failed': { kind: 'download:failed', url: 'u', name: 'n', durationMs: 1, message: 'm' },
  'download:reused': { kind: 'download:reused', url: 'u', name: 'n' },
  'extract:start': { kind: 'extract:start', archive: 'a' },
  'extract:progress': { kind: 'extract:progress', archive: 'a', files: 1, bytes: 1 },
  'extract:end': { kind: 'extract:end', archive: 'a', files: 1, bytes: 1, durationMs: 1 },
  'process:start': { kind: 'process:start', pid: 1, cwd: '/', script: 's' },
  'process:output': { kind: 'process:output', stream: 'stdout', chunk: new Uint8Array([255]), quiet: false },
  'process:end': { kind: 'process:end', pid: 1, exitCode: null, signal: 'SIGTERM', durationMs: 1 },
  'terminal:take': { kind: 'terminal:take' },
  'terminal:give-back': { kind: 'terminal:give-back' },
  log: { kind: 'log', level: 'warn', message: 'm' },
  error: { kind: 'error', error },
};

/** The schema lets readers be relaxed about fields to come; that a field of today is missing in it shows only so. */
function strictValidator(): (line: string) => readonly unknown[] {
  const strict = structuredClone(schema);
  for (const kind of kinds) {
    const definition = strict.definitions[kind];
    if (definition) definition.additionalProperties = false;
  }
  const validate = new Ajv({ allErrors: true }).compile(strict);
  return (line) => (validate(JSON.parse(line)) === true ? [] : (validate.errors ?? []));
}

const problemsOf = strictValidator();

test('every kind of event has a definition, and every definition of an event is of one', () => {
  expect(schema.oneOf.map(({ $ref }) => $ref.replace('#/definitions/', '')).sort()).toEqual([...kinds].sort());
  expect(Object.keys(SAMPLES).sort()).toEqual([...kinds].sort());
  for (const kind of kinds) expect(Object.keys(schema.definitions)).toContain(kind);
});

describe.each(Object.values(SAMPLES))('the event $kind', (sample) => {
  const lines: string[] = [];
  const bus = new EventBus(() => 1.5);
  bus.subscribe(jsonLinesReporter((line) => lines.push(line)));
  bus.emit(sample, { package: { id: 'a', identity: 'a', options: '', key: null }, phase: PHASES[0] });
  const line = lines[0] ?? '';

  test('is what its definition says, with no field that is not in it', () => {
    expect(problemsOf(line)).toEqual([]);
  });

  test('lacks nothing: without any one of its fields it is refused', () => {
    for (const field of schema.definitions[sample.kind]?.required ?? []) {
      const { [field]: _left, ...rest } = JSON.parse(line) as Record<string, unknown>;
      expect(problemsOf(JSON.stringify(rest))).not.toEqual([]);
    }
  });

  test('is in the page of the documentation', () => {
    expect(readFileSync('docs/events.md', 'utf8')).toContain(`| \`${sample.kind}\``);
  });
});
