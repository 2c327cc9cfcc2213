import { plainText } from '../foreign-text.js';
import { edgesOf, labelOf, type PackageGraph } from './package-graph.js';

/** The graph as a flowchart of Mermaid (https://mermaid.js.org/syntax/flowchart.html). */
export function graphAsMermaid(graph: PackageGraph): string {
  const names = new Map(graph.packages.map(({ id }, index) => [id, `p${index + 1}`]));
  const nodes = graph.packages.map((each) => `  ${names.get(each.id) ?? ''}["${escape(labelOf(each))}"]\n`);
  const edges = edgesOf(graph).map(({ from, to, label }) => {
    const arrow = label === '' ? '-->' : `-->|"${escape(label)}"|`;
    return `  ${names.get(from.id) ?? ''} ${arrow} ${names.get(to.id) ?? ''}\n`;
  });
  return `flowchart LR\n${nodes.join('')}${edges.join('')}${emphasis(graph, names)}`;
}

function emphasis({ roots }: PackageGraph, names: ReadonlyMap<string, string>): string {
  const named = roots.flatMap((id) => names.get(id) ?? []);
  return named.length === 0 ? '' : `  classDef root stroke-width:3px\n  class ${named.join(',')} root\n`;
}

/** Labels may hold Markdown, HTML, entities and comments; as numbers, characters mean nothing but themselves. */
function escape(text: string): string {
  return plainText(text).replace(/[^\p{L}\p{N} .,@=:/+(){}-]/gu, (character) => `#${character.codePointAt(0) ?? 0};`);
}
