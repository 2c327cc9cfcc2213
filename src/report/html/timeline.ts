import { formatDuration } from '../../support/human-units.js';
import { markup, type Markup } from './markup.js';
import type { PackageStory, RunStory, Stretch } from './run-story.js';

const ROW = 24;
const AXIS = 22;
const TICKS = 5;

/** One row for each package: its phases as bars, and below them what it downloaded, unpacked, ran and waited for. */
export function timeline({ packages, durationMs }: RunStory): Markup {
  const whole = Math.max(1, durationMs);
  const height = AXIS + packages.length * ROW;
  return markup`<div class="timeline">
<div class="names"><div class="axis"></div>${packages.map(
    ({ id, status }) => markup`<a class="name ${status}" href="#${anchorOf(id)}" title="${id}">${id}</a>`,
  )}</div>
<svg width="100%" height="${height}" role="img" aria-label="timeline of the run">
${ticks(whole, height)}
${packages.map((story, row) => packageRow(story, AXIS + row * ROW, whole))}
</svg>
</div>`;
}

/** Names of packages hold any character; an anchor is made of plain ones. */
export function anchorOf(id: string): string {
  return `package-${Buffer.from(id).toString('hex')}`;
}

function ticks(whole: number, height: number): readonly Markup[] {
  return Array.from({ length: TICKS }, (_, index) => {
    const x = percent(index, TICKS);
    const label = formatDuration((whole * index) / TICKS);
    return markup`<line class="tick" x1="${x}" x2="${x}" y1="0" y2="${height}"/><text class="tick" x="${x}" dx="4" y="14">${label}</text>`;
  });
}

function packageRow(story: PackageStory, y: number, whole: number): Markup {
  const phases = story.stretches.filter(({ kind }) => kind === 'phase');
  const details = story.stretches.filter(({ kind }) => kind !== 'phase');
  const span = { kind: 'package', name: story.id, start: story.start, end: story.end, outcome: 'ok' } as const;
  return markup`<g>${bar(span, { y: y + 11, height: 2, whole, style: 'span' })}${phases.map((each) =>
    bar(each, { y: y + 4, height: 11, whole, style: `phase ${each.name}` }),
  )}${details.map((each) => bar(each, { y: y + 17, height: 4, whole, style: each.kind }))}</g>\n`;
}

interface BarPlace {
  readonly y: number;
  readonly height: number;
  readonly whole: number;
  readonly style: string;
}

/** Something that was over at once is a thin line, not nothing. */
function bar({ name, start, end, outcome }: Stretch, { y, height, whole, style }: BarPlace): Markup {
  const failed = outcome === 'failed' ? ' failed' : '';
  const title = `${name}: ${formatDuration(end - start)} from ${formatDuration(start)}${failed && ', failed'}`;
  const width = percent(Math.max(end - start, whole / 800), whole);
  return markup`<rect class="${style}${failed}" x="${percent(start, whole)}" width="${width}" y="${y}" height="${height}"><title>${title}</title></rect>`;
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(3)}%`;
}
