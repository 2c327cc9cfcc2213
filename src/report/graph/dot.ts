import { plainText } from '../foreign-text.js';
import { edgesOf, labelOf, type PackageGraph } from './package-graph.js';

/** The graph in the language of Graphviz (https://graphviz.org/doc/info/lang.html). */
export function graphAsDot(graph: PackageGraph): string {
  const names = new Map(graph.packages.map(({ id }, index) => [id, `p${index + 1}`]));
  const roots = new Set(graph.roots);
  const nodes = graph.packages.map((each) => {
    const bold = roots.has(each.id) ? ', style=bold' : '';
    return `  ${names.get(each.id) ?? ''} [label=${quote(labelOf(each))}${bold}];\n`;
  });
  const edges = edgesOf(graph).map(({ from, to, label }) => {
    const attributes = label === '' ? '' : ` [label=${quote(label)}]`;
    return `  ${names.get(from.id) ?? ''} -> ${names.get(to.id) ?? ''}${attributes};\n`;
  });
  return `digraph packages {\n  rankdir=LR;\n  node [shape=box];\n${nodes.join('')}${edges.join('')}}\n`;
}

/** In a label a backslash begins an escape, so it is written twice. */
function quote(text: string): string {
  const escaped = plainText(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return `"${escaped}"`;
}
