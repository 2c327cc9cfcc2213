import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EventBus } from '../events/index.js';
import { jsonLinesReporter } from './json-lines.js';

function linesOf(emit: (bus: EventBus) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  const bus = new EventBus(() => 5);
  bus.subscribe(jsonLinesReporter((line) => lines.push(line)));
  emit(bus);
  return lines.map((line) => {
    expect(line.indexOf('\n')).toBe(line.length - 1);
    return JSON.parse(line) as Record<string, unknown>;
  });
}

test('an event is one line that holds its fields', () => {
  const body = { kind: 'cache:miss', reasons: ['a\nb'], causes: [] } as const;
  expect(linesOf((bus) => bus.emit(body))).toEqual([{ ...body, package: null, phase: null, time: 5 }]);
});

test('every byte a script writes can be read back', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (chunk) => {
      const [event] = linesOf((bus) => bus.emit({ kind: 'process:output', stream: 'stdout', chunk, quiet: false }));
      const { text, base64 } = event?.['chunk'] as { text?: string; base64?: string };
      const back = text === undefined ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(text);
      expect([...back]).toEqual([...chunk]);
    }),
  );
});

test('text stays readable', () => {
  const chunk = Buffer.from('größe');
  const [event] = linesOf((bus) => bus.emit({ kind: 'process:output', stream: 'stderr', chunk, quiet: true }));
  expect(event?.['chunk']).toEqual({ text: 'größe' });
});
