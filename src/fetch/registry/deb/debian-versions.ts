import { isNewest, NEWEST, type Wanted } from '../wanted.js';

/** `[epoch:]upstream[-revision]`. Source: Debian Policy, 5.6.12 */
const VERSION = /^(\d+:)?\d[A-Za-z0-9.+~:-]*$/;
const RELATION = /^(<<|<=|=|>=|>>)\s*(\S+)$/;

/** Versions as Debian's control files write them: exact, or relations with commas between (`>= 1.2, << 2`). */
export function readDebianVersion(text: string): Promise<Wanted | undefined> {
  return Promise.resolve(read(text));
}

function read(text: string): Wanted | undefined {
  if (isNewest(text)) return NEWEST;
  if (VERSION.test(text)) return { kind: 'exact', version: text };
  return parseDebianRange(text) ? { kind: 'range', range: text } : undefined;
}

export interface DebianRelation {
  readonly operator: '<<' | '<=' | '=' | '>=' | '>>';
  readonly version: string;
}

/** @returns undefined when it is no range */
export function parseDebianRange(text: string): readonly DebianRelation[] | undefined {
  const relations = text.split(',').map((relation) => RELATION.exec(relation.trim()));
  if (relations.some((relation) => !VERSION.test(relation?.[2] ?? ''))) return undefined;
  return relations.map((relation) => ({
    operator: relation?.[1] as DebianRelation['operator'],
    version: relation?.[2] ?? '',
  }));
}

export function fitsDebianRange(version: string, relations: readonly DebianRelation[]): boolean {
  return relations.every(({ operator, version: bound }) => {
    const order = compareDebianVersions(version, bound);
    if (operator === '=') return order === 0;
    if (operator === '<<' || operator === '>>') return operator === '<<' ? order < 0 : order > 0;
    return operator === '<=' ? order <= 0 : order >= 0;
  });
}

/** @returns below 0 when the left one is older. Source: deb-version(7) */
export function compareDebianVersions(left: string, right: string): number {
  const [first, second] = [split(left), split(right)];
  return (
    first.epoch - second.epoch ||
    comparePart(first.upstream, second.upstream) ||
    comparePart(first.revision, second.revision)
  );
}

function split(version: string): { readonly epoch: number; readonly upstream: string; readonly revision: string } {
  const [, epoch = '0', upstream = '', revision = ''] = /^(?:(\d+):)?(.*?)(?:-([^-]*))?$/.exec(version) ?? [];
  return { epoch: Number(epoch), upstream, revision };
}

/** Text and numbers in turn, text first. */
function comparePart(left: string, right: string): number {
  const [first, second] = [pieces(left), pieces(right)];
  for (let place = 0; place < Math.max(first.length, second.length); place += 1) {
    const [one = '', other = ''] = [first[place], second[place]];
    const order = place % 2 === 0 ? compareText(one, other) : compareDigits(one, other);
    if (order !== 0) return order;
  }
  return 0;
}

function pieces(text: string): readonly string[] {
  return [...text.matchAll(/(\D*)(\d*)/g)].flatMap(([, letters = '', digits = '']) => [letters, digits]);
}

/** A tilde comes before the end, letters before everything else. */
function compareText(left: string, right: string): number {
  for (let place = 0; place < Math.max(left.length, right.length); place += 1) {
    const order = rank(left[place]) - rank(right[place]);
    if (order !== 0) return order;
  }
  return 0;
}

function rank(character: string | undefined): number {
  if (character === undefined) return 0;
  if (character === '~') return -1;
  return (character.codePointAt(0) ?? 0) + (/[A-Za-z]/.test(character) ? 0 : 256);
}

/** Numbers may have more digits than a number holds. */
function compareDigits(left: string, right: string): number {
  const [first, second] = [left.replace(/^0+/, ''), right.replace(/^0+/, '')];
  return first.length - second.length || (first === second ? 0 : first < second ? -1 : 1);
}
