import { graphAsDot } from './dot.js';
import { graphAsJson } from './json.js';
import { graphAsMermaid } from './mermaid.js';
import type { PackageGraph } from './package-graph.js';
import { graphAsSvg } from './svg.js';
import { graphAsText } from './text-tree.js';

export { placeAsJson } from './json.js';
export { graphBelow, type PackageGraph } from './package-graph.js';

export const GRAPH_FORMATS = ['text', 'dot', 'mermaid', 'json', 'svg'] as const;
export type GraphFormat = (typeof GRAPH_FORMATS)[number];

/** Draws a graph; the same text for the same graph. */
export function drawGraph(graph: PackageGraph, format: GraphFormat): string {
  switch (format) {
    case 'text':
      return graphAsText(graph);
    case 'dot':
      return graphAsDot(graph);
    case 'mermaid':
      return graphAsMermaid(graph);
    case 'svg':
      return graphAsSvg(graph);
    case 'json':
      return `${JSON.stringify(graphAsJson(graph))}\n`;
  }
}
