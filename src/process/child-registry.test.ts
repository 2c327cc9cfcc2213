import { expect, test } from '@jest/globals';
import { ChildRegistry } from './child-registry.js';

test('every child that was not taken out gets the signal', () => {
  const registry = new ChildRegistry();
  const signals: string[] = [];
  const child = (name: string) => ({
    target: -1,
    kill: (signal: NodeJS.Signals) => void signals.push(`${name} ${signal}`),
  });
  registry.add(child('one'));
  const leave = registry.add(child('two'));
  registry.add(child('three'));
  leave();
  leave();
  registry.killAll('SIGKILL');
  expect(signals).toEqual(['one SIGKILL', 'three SIGKILL']);
  expect(registry.size).toBe(2);
});

test('a child that two have added stays until both have taken it out', () => {
  const registry = new ChildRegistry();
  const child = { target: -1, kill: () => undefined };
  const leaves = [registry.add(child), registry.add(child)];
  leaves[0]?.();
  leaves[0]?.();
  expect(registry.size).toBe(1);
  leaves[1]?.();
  expect(registry.size).toBe(0);
});
