import { describe, expect, test } from '@jest/globals';
import { graphOf } from './graph-rig.js';
import { drawGraph, GRAPH_FORMATS } from './index.js';

const DIAMOND = graphOf({
  'a.app@v1': ['a.left@v1:build', 'a.right@v1'],
  'a.left@v1': ['a.base@v1'],
  'a.right@v1': ['a.base@v1'],
  'a.base@v1': ['a.deep@v1'],
  'a.deep@v1': [],
});
const NASTY = 'a.x@v1{s="\\"<b>&amp;\\\\ %%{init}%% `#quot; \u001b[31m"}';

test.each(GRAPH_FORMATS)('the same graph is the same %s', (format) => {
  expect(drawGraph(DIAMOND, format)).toBe(drawGraph(structuredClone(DIAMOND), format));
});

test.each(GRAPH_FORMATS)('a graph without packages can be drawn as %s', (format) => {
  expect(drawGraph({ roots: [], packages: [] }, format)).not.toContain('NaN');
});

describe('text', () => {
  test('is a tree in which a shared package is drawn once and then named', () => {
    expect(drawGraph(DIAMOND, 'text')).toBe(
      [
        'a.app@v1',
        '├── a.left@v1 for build',
        '│   └── a.base@v1',
        '│       └── a.deep@v1',
        '└── a.right@v1',
        '    └── a.base@v1 (see above)',
        '',
      ].join('\n'),
    );
  });

  test('has the version of the tool where the id does not tell it', () => {
    const [app] = DIAMOND.packages;
    const told = { roots: ['x'], packages: [{ ...app!, id: 'x', version: '1.2', dependencies: [] }] };
    expect(drawGraph(told, 'text')).toBe('x (1.2)\n');
    const known = { ...told, packages: [{ ...told.packages[0]!, options: { version: '1.2' } }] };
    expect(drawGraph(known, 'text')).toBe('x\n');
  });

  test('names a package once below another, with all the phases that need it', () => {
    expect(drawGraph(graphOf({ a: ['b:build', 'b:install'], b: [] }), 'text')).toBe('a\n└── b for build, install\n');
  });

  test('cannot reach the terminal with what stands in an option', () => {
    expect(drawGraph(graphOf({ [NASTY]: [] }), 'text')).not.toContain('\u001b');
  });
});

describe('dot', () => {
  test('has a node for each package and an edge for each dependency', () => {
    const text = drawGraph(DIAMOND, 'dot');
    expect(text.match(/^ {2}p\d \[label=/gm)).toHaveLength(5);
    expect(text.match(/ -> /g)).toHaveLength(5);
    expect(text).toContain('p1 [label="a.app@v1", style=bold];');
    expect(text).toContain('p1 -> p2 [label="build"];');
  });

  test('ends a label only where it ends', () => {
    const [, label = ''] = /label=(".*"), style/.exec(drawGraph(graphOf({ [NASTY]: [] }), 'dot')) ?? [];
    expect(JSON.parse(label)).toBe(NASTY.replace('\u001b[31m', ''));
  });
});

describe('mermaid', () => {
  test('has a node for each package and an edge for each dependency', () => {
    const text = drawGraph(DIAMOND, 'mermaid');
    expect(text).toMatch(/^flowchart LR\n {2}p1\["a\.app@v1"\]\n/);
    expect(text).toContain('  p1 -->|"build"| p2\n');
    expect(text.match(/-->/g)).toHaveLength(5);
    expect(text).toMatch(/ {2}class p1 root\n$/);
  });

  test('writes as numbers what would mean something', () => {
    const [, label = ''] = /p1\["(.*)"\]/.exec(drawGraph(graphOf({ [NASTY]: [] }), 'mermaid')) ?? [];
    expect(label.replaceAll(/#\d+;/g, '')).not.toMatch(/["<>&;#`%\\]/);
    const read = label.replaceAll(/#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
    expect(read).toBe(NASTY.replace('\u001b[31m', ''));
  });
});

describe('svg', () => {
  const boxes = (svg: string) =>
    [...svg.matchAll(/<rect x="([\d.-]+)" y="([\d.-]+)" width="([\d.]+)" height="([\d.]+)"/g)].map((found) => {
      const [x = 0, y = 0, width = 0, height = 0] = found.slice(1).map(Number);
      return { x, y, width, height };
    });

  test('has a box with its name for each package, a path for each dependency, and nothing from elsewhere', () => {
    const svg = drawGraph(DIAMOND, 'svg');
    expect(boxes(svg)).toHaveLength(5);
    expect(svg.match(/marker-end/g)).toHaveLength(5);
    expect(svg).toContain('>a.app@v1</text>');
    expect(svg).toContain('<title>a.app@v1 needs a.left@v1 for build</title>');
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|url\((?!#)|@import|<script|href/);
  });

  test('escapes what stands in names', () => {
    const svg = drawGraph(graphOf({ [`${NASTY}\ud800`]: [] }), 'svg');
    expect(svg).toContain('&lt;b&gt;&amp;amp;');
    expect(svg).not.toMatch(/<b>|\u001b|\ud800/u);
  });

  test('gives wide letters the room they take', () => {
    const widthOf = (id: string) => boxes(drawGraph(graphOf({ [id]: [] }), 'svg'))[0]?.width ?? 0;
    expect(widthOf('漢字漢字')).toBe(widthOf('abcdefgh'));
  });
});

test('json has places and phases', () => {
  const graph = JSON.parse(drawGraph(DIAMOND, 'json')) as { roots: unknown; packages: object[] };
  expect(graph.roots).toEqual(['a.app@v1']);
  expect(graph.packages[0]).toEqual({
    ...{ id: 'a.app@v1', identity: 'a.app@v1', options: {}, version: null },
    requested: { file: '/p/fettle.lua', line: 2 },
    dependencies: [
      { id: 'a.left@v1', needed_by: 'build', declared: null },
      { id: 'a.right@v1', needed_by: null, declared: null },
    ],
  });
});

test('a part of a graph is what its roots lead to', () => {
  const part = graphOf({ a: ['b', 'c'], b: ['d'], c: [], d: [] }, ['b']);
  expect(part.packages.map(({ id }) => id)).toEqual(['b', 'd']);
});
