import { expect, test } from '@jest/globals';
import { ChildRegistry } from './child-registry.js';

test('every child that was not taken out gets the signal', () => {
  const registry = new ChildRegistry();
  const signals: string[] = [];
  const child = (name: string) => ({ kill: (signal: NodeJS.Signals) => void signals.push(`${name} ${signal}`) });
  registry.add(child('one'));
  const leave = registry.add(child('two'));
  registry.add(child('three'));
  leave();
  leave();
  registry.killAll('SIGKILL');
  expect(signals).toEqual(['one SIGKILL', 'three SIGKILL']);
  expect(registry.size).toBe(2);
});
