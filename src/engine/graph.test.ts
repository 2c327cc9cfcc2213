import { describe, expect, test } from '@jest/globals';
import { parseIdentity, plainRequest, type PackageRequest } from '../manifest/index.js';
import { Graph, type PackageNode } from './graph.js';

function request(identity: string, changes: Partial<PackageRequest> = {}): PackageRequest {
  return plainRequest(parseIdentity(identity), {
    declaredIn: { file: '/p/fettle.lua', directory: '/p', field: 'packages[1]', line: 1 },
    ...changes,
  });
}

/** A graph whose nodes never do anything. */
function idleGraph(): Graph {
  const never = <T>(): Promise<T> => new Promise<T>(() => undefined);
  return new Graph({ recipe: () => never(), key: () => never(), done: () => never() });
}

function from(path: string): Partial<PackageRequest> {
  return { source: { kind: 'path', path, text: path } };
}

describe('the graph', () => {
  test('has one node for each identity and options', () => {
    const graph = idleGraph();
    const first = graph.addRoot(request('a.tool@v1', { options: { x: 1 } }));
    const again = graph.addRoot(request('a.tool@v1', { options: { x: 1 } }));
    const other = graph.addRoot(request('a.tool@v1', { options: { x: '1' } }));
    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  test('refuses a package that needs itself', () => {
    const graph = idleGraph();
    const node = graph.addRoot(request('a.tool@v1'));
    expect(() => graph.addDependency(node, request('a.tool@v1'), undefined)).toThrow(
      expect.objectContaining({ code: 'E_CYCLE', facts: { path: ['a.tool@v1', 'a.tool@v1'] } }),
    );
  });

  test('prints the whole way round a longer circle', () => {
    const graph = idleGraph();
    const a = graph.addRoot(request('n.a@v1'));
    const b = graph.addDependency(a, request('n.b@v1'), undefined);
    const c = graph.addDependency(b, request('n.c@v1'), 'build');
    expect(() => graph.addDependency(c, request('n.a@v1'), undefined)).toThrow(
      expect.objectContaining({ code: 'E_CYCLE', facts: { path: ['n.c@v1', 'n.a@v1', 'n.b@v1', 'n.c@v1'] } }),
    );
  });

  test('allows a variant of itself, but not variants without end', () => {
    const graph = idleGraph();
    let node: PackageNode = graph.addRoot(request('a.tool@v1', { options: { depth: 0 } }));
    const addNext = (depth: number): PackageNode =>
      graph.addDependency(node, request('a.tool@v1', { options: { depth } }), undefined);
    for (let depth = 1; depth < 60; depth += 1) node = addNext(depth);
    const addMany = (): void => {
      for (let depth = 60; depth < 100; depth += 1) node = addNext(depth);
    };
    expect(addMany).toThrow(expect.objectContaining({ code: 'E_CYCLE' }));
  });

  test('refuses one identity from two sources, and names both places', () => {
    const graph = idleGraph();
    const root = graph.addRoot(request('a.tool@v1', from('/one.lua')));
    const second = request('a.base@v1', from('/base.lua'));
    graph.addDependency(root, second, undefined);
    const other = request('a.base@v1', {
      ...from('/elsewhere.lua'),
      declaredIn: { file: '/p/other.lua', directory: '/p', field: 'dependencies[2]', line: 7 },
    });
    expect(() => graph.addDependency(root, other, undefined)).toThrow(
      expect.objectContaining({
        code: 'E_SOURCE_CONFLICT',
        location: { file: '/p/other.lua', line: 7 },
        facts: {
          first: '/base.lua (/p/fettle.lua packages[1])',
          second: '/elsewhere.lua (/p/other.lua dependencies[2])',
        },
      }),
    );
  });

  test('lets a recipe that names no source have the one of the manifest', () => {
    const graph = idleGraph();
    const base = graph.addRoot(request('a.base@v1', from('/mine/base.lua')));
    const root = graph.addRoot(request('a.tool@v1'));
    expect(graph.addDependency(root, request('a.base@v1'), undefined)).toBe(base);
    const variant = graph.addDependency(root, request('a.base@v1', { options: { x: true } }), undefined);
    expect(variant.request.source).toMatchObject({ path: '/mine/base.lua' });
  });
});
