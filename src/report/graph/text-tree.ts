import type { SurveyedPackage } from '../../engine/index.js';
import { plainText } from '../foreign-text.js';
import { labelOf, mergedDependencies, type PackageGraph } from './package-graph.js';

/** The graph as a tree. A package that others need too is drawn where it comes first, and then only named. */
export function graphAsText({ roots, packages }: PackageGraph): string {
  const byId = new Map(packages.map((each) => [each.id, each]));
  const drawn = new Set<string>();
  const lines: string[] = [];
  const draw = (root: SurveyedPackage): void => {
    const waiting: Line[] = [{ of: root, mark: '', indent: '', note: '' }];
    for (let line = waiting.pop(); line; line = waiting.pop()) {
      const { of, mark, indent, note } = line;
      const isRepeated = drawn.has(of.id);
      lines.push(`${mark}${plainText(labelOf(of))}${note}${isRepeated ? ' (see above)' : ''}\n`);
      if (isRepeated) continue;
      drawn.add(of.id);
      waiting.push(...childLines(of, indent, byId).reverse());
    }
  };
  for (const id of roots) {
    const root = byId.get(id);
    if (root) draw(root);
  }
  return lines.join('');
}

interface Line {
  readonly of: SurveyedPackage;
  /** What stands before the name. */
  readonly mark: string;
  /** What stands before the lines below. */
  readonly indent: string;
  readonly note: string;
}

function childLines(parent: SurveyedPackage, indent: string, byId: ReadonlyMap<string, SurveyedPackage>): Line[] {
  const children = mergedDependencies(parent).flatMap(({ id, label }) => {
    const of = byId.get(id);
    return of ? [{ of, note: label === '' ? '' : ` for ${label}` }] : [];
  });
  return children.map((child, index) => {
    const isLast = index === children.length - 1;
    return { ...child, mark: `${indent}${isLast ? '└── ' : '├── '}`, indent: `${indent}${isLast ? '    ' : '│   '}` };
  });
}
