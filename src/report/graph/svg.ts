import { plainText } from '../foreign-text.js';
import { layOut, type Layout, type Point } from './layered-layout.js';
import { edgesOf, labelOf, type DrawnEdge, type PackageGraph } from './package-graph.js';

const FONT_SIZE = 12;
/** Of a monospaced font of this size, for each column. */
const COLUMN = 7.3;
const BOX_HEIGHT = 30;
const PADDING = 12;
const MARGIN = 20;
/** Letters that take the room of two. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}\uff01-\uff60]/u;

/** The graph as a picture that needs nothing but itself: no fonts, styles or scripts from elsewhere. */
export function graphAsSvg(graph: PackageGraph): string {
  const labels = graph.packages.map(labelOf).map(plainText);
  const indexes = new Map(graph.packages.map(({ id }, index) => [id, index]));
  const edges = edgesOf(graph);
  const layout = layOut({
    boxes: labels.map((label) => ({ width: textWidth(label) + 2 * PADDING, height: BOX_HEIGHT })),
    edges: edges.map(({ from, to }) => ({ from: indexes.get(from.id) ?? 0, to: indexes.get(to.id) ?? 0 })),
  });
  const roots = new Set(graph.roots);
  return [
    ...head(layout),
    ...edges.map((edge, index) => drawEdge(edge, layout.edges[index] ?? [])),
    ...graph.packages.map(({ id }, index) =>
      drawBox(labels[index] ?? '', layout.boxes[index] ?? { x: 0, y: 0 }, roots.has(id)),
    ),
    '</g></svg>\n',
  ].join('\n');
}

function head({ width, height }: Layout): readonly string[] {
  const size = { width: Math.ceil(width + 2 * MARGIN), height: Math.ceil(height + 2 * MARGIN) };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${FONT_SIZE}">`,
    '<title>Packages and what they need</title>',
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#64748b"/></marker></defs>',
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    `<g transform="translate(${MARGIN} ${MARGIN})">`,
  ];
}

function drawEdge({ from, to, label }: DrawnEdge, points: readonly Point[]): string {
  const title = `${from.id} needs ${to.id}${label === '' ? '' : ` for ${label}`}`;
  const path = `<path d="${pathThrough(points)}" fill="none" stroke="#64748b" stroke-width="1.2" marker-end="url(#arrow)"><title>${escape(plainText(title))}</title></path>`;
  return label === '' ? path : `${path}\n${drawEdgeLabel(label, points.slice(-2))}`;
}

/** In the middle of the last piece, with a white edge so that lines behind it do not matter. */
function drawEdgeLabel(label: string, [start, end]: readonly Point[]): string {
  if (!start || !end) return '';
  const [x, y] = [(start.x + end.x) / 2, (start.y + end.y) / 2 - 4];
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="middle" font-size="10" fill="#475569" stroke="#ffffff" stroke-width="3" paint-order="stroke">${escape(label)}</text>`;
}

/** Straight through columns, and curved between them so that it leaves and arrives level. */
function pathThrough([first, ...rest]: readonly Point[]): string {
  if (!first) return '';
  let last = first;
  const pieces = rest.map((point) => {
    const middle = round((last.x + point.x) / 2);
    const piece =
      last.y === point.y
        ? `H${round(point.x)}`
        : `C${middle} ${round(last.y)} ${middle} ${round(point.y)} ${round(point.x)} ${round(point.y)}`;
    last = point;
    return piece;
  });
  return [`M${round(first.x)} ${round(first.y)}`, ...pieces].join('');
}

function drawBox(label: string, { x, y }: Point, isRoot: boolean): string {
  const [fill, stroke, weight] = isRoot ? ['#dbeafe', '#2563eb', 2] : ['#f8fafc', '#94a3b8', 1];
  const box = `<rect x="${round(x)}" y="${round(y)}" width="${round(textWidth(label) + 2 * PADDING)}" height="${BOX_HEIGHT}" rx="5" fill="${fill}" stroke="${stroke}" stroke-width="${weight}"/>`;
  const baseline = y + BOX_HEIGHT / 2 + FONT_SIZE / 3;
  return `${box}\n<text x="${round(x + PADDING)}" y="${round(baseline)}" fill="#0f172a" xml:space="preserve">${escape(label)}</text>`;
}

function textWidth(text: string): number {
  const letters = Array.from(new Intl.Segmenter('en').segment(text), ({ segment }) => segment);
  return letters.reduce((sum, letter) => sum + (WIDE.test(letter) ? 2 : 1), 0) * COLUMN;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** XML has no way at all to write halves of pairs and non-characters. */
function escape(text: string): string {
  return text
    .replace(/\p{Surrogate}|[\ufffe\uffff]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
