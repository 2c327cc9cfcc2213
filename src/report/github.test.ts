import { expect, test } from '@jest/globals';
import { FettleError, toErrorReport } from '../errors/index.js';
import { EventBus } from '../events/index.js';
import { githubReporter } from './github.js';

function annotationsOf(emit: (bus: EventBus) => void): string[] {
  let text = '';
  const bus = new EventBus();
  bus.subscribe(githubReporter({ write: (more) => (text += more), colour: false, verbosity: 'normal' }));
  emit(bus);
  return text.split('\n').filter((line) => line.startsWith('::'));
}

test('a failure is an annotation at its place, with nothing that could end the command early', () => {
  const location = { file: 'recipes/a,b.lua', line: 3 };
  const error = toErrorReport(new FettleError('E_RECIPE', '100% wrong', { hint: 'see\nbelow', location }));
  const annotations = annotationsOf((bus) => {
    const outcome = { status: 'failed', path: null, reason: null, durationMs: 1, error, logFile: null } as const;
    const subject = { id: 'a.x@v1', identity: 'a.x@v1', options: '{}', key: null };
    bus.emit({ kind: 'package:done', ...outcome }, { package: subject, phase: null });
  });
  expect(annotations).toEqual([
    '::error file=recipes/a%2Cb.lua,line=3,title=a.x@v1 E_RECIPE::100%25 wrong%0Asee%0Abelow',
  ]);
});

test('a warning is an annotation, information is not', () => {
  const annotations = annotationsOf((bus) => {
    bus.emit({ kind: 'log', level: 'info', message: 'i' });
    bus.emit({ kind: 'log', level: 'warn', message: 'w' });
  });
  expect(annotations).toEqual(['::warning title=fettle::w']);
});
