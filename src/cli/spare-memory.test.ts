import { expect, test } from '@jest/globals';
import { EventBus } from '../events/index.js';
import { spareMemory } from './spare-memory.js';

test('the growth of the heap is limited once, when a thousand packages have begun', () => {
  const events = new EventBus(() => 0);
  const limits: number[] = [];
  spareMemory(events, (percent) => limits.push(percent));
  const begin = (): void => {
    events.emit({ kind: 'package:start', requestedBy: null });
  };
  for (let packages = 1; packages < 1000; packages += 1) begin();
  expect(limits).toEqual([]);
  begin();
  begin();
  expect(limits).toHaveLength(1);
});
