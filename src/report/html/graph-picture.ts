import type { CriticalStep } from './critical-path.js';
import { markup, type Markup } from './markup.js';
import type { PackageStory } from './run-story.js';
import { anchorOf } from './timeline.js';

const BOX = { width: 200, height: 26, gapX: 70, gapY: 10 } as const;
const LABEL_CHARACTERS = 25;

/** Each package of the critical path with the one before it there. */
type CriticalWay = ReadonlyMap<string, string | undefined>;

interface Place {
  readonly story: PackageStory;
  readonly x: number;
  readonly y: number;
}

/** Who needs whom: what is needed stands left of what needs it. Packages that stand alone are left out. */
export function graphPicture(packages: readonly PackageStory[], steps: readonly CriticalStep[]): Markup {
  const critical = new Map(steps.map(({ id }, index) => [id, steps[index - 1]?.id]));
  const known = new Map(packages.map((each) => [each.id, each]));
  const isNeeded = new Set(packages.flatMap(({ needs }) => needs));
  const joined = packages.filter(({ id, needs }) => isNeeded.has(id) || needs.some((each) => known.has(each)));
  if (joined.length === 0) return markup`<p>No package of this run needs another one.</p>`;
  const places = placed(joined);
  const width = Math.max(...[...places.values()].map(({ x }) => x)) + BOX.width + 2;
  const height = Math.max(...[...places.values()].map(({ y }) => y)) + BOX.height + 2;
  return markup`<div class="graph"><svg width="${width}" height="${height}" role="img" aria-label="graph of the packages">
${[...places.values()].map((place) => edgesTo(place, places, critical))}
${[...places.values()].map((place) => box(place, critical))}
</svg></div>`;
}

function placed(packages: readonly PackageStory[]): ReadonlyMap<string, Place> {
  const depths = depthsOf(packages);
  const filled: number[] = [];
  return new Map(
    packages.map((story) => {
      const column = depths.get(story.id) ?? 0;
      const row = filled[column] ?? 0;
      filled[column] = row + 1;
      return [story.id, { story, x: 1 + column * (BOX.width + BOX.gapX), y: 1 + row * (BOX.height + BOX.gapY) }];
    }),
  );
}

/** The longest way from a package down to one that needs nothing. */
function depthsOf(packages: readonly PackageStory[]): ReadonlyMap<string, number> {
  const known = new Map(packages.map((each) => [each.id, each]));
  const depths = new Map<string, number>();
  const visit = (id: string): number => {
    const depth = depths.get(id);
    if (depth !== undefined) return depth;
    // A damaged record might lead in a circle.
    depths.set(id, 0);
    const needs = (known.get(id)?.needs ?? []).filter((each) => known.has(each));
    const found = needs.length === 0 ? 0 : 1 + Math.max(...needs.map(visit));
    depths.set(id, found);
    return found;
  };
  for (const { id } of packages) visit(id);
  return depths;
}

function edgesTo(to: Place, places: ReadonlyMap<string, Place>, critical: CriticalWay): readonly Markup[] {
  return to.story.needs.flatMap((id) => {
    const from = places.get(id);
    if (!from) return [];
    const isCritical = critical.get(to.story.id) === id;
    return [markup`<path class="edge${isCritical ? ' critical' : ''}" d="${curve(from, to)}"/>`];
  });
}

function curve(from: Place, to: Place): string {
  const [x1, y1] = [from.x + BOX.width, from.y + BOX.height / 2];
  const [x2, y2] = [to.x, to.y + BOX.height / 2];
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}

function box({ story: { id, status }, x, y }: Place, critical: CriticalWay): Markup {
  const style = `box ${status}${critical.has(id) ? ' critical' : ''}`;
  const { width, height } = BOX;
  return markup`<a href="#${anchorOf(id)}"><title>${id}</title><rect class="${style}" x="${x}" y="${y}" width="${width}" height="${height}" rx="4"/><text x="${x + 8}" y="${y + 17}">${shortened(id)}</text></a>\n`;
}

function shortened(id: string): string {
  const characters = Array.from(id);
  return characters.length <= LABEL_CHARACTERS ? id : `${characters.slice(0, LABEL_CHARACTERS - 1).join('')}…`;
}
