import { expect, test } from '@jest/globals';
import { onAbort } from './on-abort.js';

test('each listener hears of the abort once, and those who let go do not', () => {
  const controller = new AbortController();
  const heard: string[] = [];
  onAbort(controller.signal, () => heard.push('a'));
  const letGo = onAbort(controller.signal, () => heard.push('b'));
  onAbort(controller.signal, () => heard.push('c'));
  letGo();
  controller.abort();
  controller.abort();
  expect(heard).toEqual(['a', 'c']);
});

test('many listeners are one to the signal', () => {
  const { signal } = new AbortController();
  let added = 0;
  const add = signal.addEventListener.bind(signal);
  signal.addEventListener = (...given: Parameters<typeof add>) => {
    added += 1;
    add(...given);
  };
  for (let index = 0; index < 1000; index += 1) onAbort(signal, () => undefined);
  expect(added).toBe(1);
});
