/** A number, a word, or what follows a dash (or a change between digits and letters). */
type Item = string | bigint | Item[];

/** Words that have a meaning, oldest first; the empty one is a release. */
const QUALIFIERS = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];
const ALIASES: Readonly<Record<string, string>> = { ga: '', final: '', release: '', cr: 'rc' };
const SHORT_ALIASES: Readonly<Record<string, string>> = { a: 'alpha', b: 'beta', m: 'milestone' };

/** @returns below 0 when the left one is older. Source: https://maven.apache.org/pom.html#version-order-specification */
export function compareMavenVersions(left: string, right: string): number {
  return compareItems(parse(left), parse(right));
}

/** Whether a version says of itself that it is not final. */
export function isMavenPreRelease(version: string): boolean {
  return words(parse(version)).some((word) => {
    const rank = QUALIFIERS.indexOf(word);
    return rank !== -1 && rank < QUALIFIERS.indexOf('');
  });
}

function words(item: Item): readonly string[] {
  if (Array.isArray(item)) return item.flatMap(words);
  return typeof item === 'string' ? [item] : [];
}

function parse(version: string): Item[] {
  const lists = new OpenLists();
  const parts = version.toLowerCase().match(/\d+|[^\d.-]+|[.-]/g) ?? [];
  for (const [place, part] of parts.entries()) {
    const before = parts[place - 1] ?? '-';
    if (isSeparator(part)) addSeparator(part, before, lists);
    else addWord(part, { before, after: parts[place + 1] ?? '' }, lists);
  }
  return lists.close();
}

/** The list that items are added to lies in the one before it, and so on. */
class OpenLists {
  readonly #whole: Item[] = [];
  readonly #lists: Item[][] = [this.#whole];

  add(item: Item): void {
    this.#lists.at(-1)?.push(item);
  }

  /** Begins a list within. */
  begin(): void {
    const inner: Item[] = [];
    this.add(inner);
    this.#lists.push(inner);
  }

  beginUnlessEmpty(): void {
    if (this.#lists.at(-1)?.length !== 0) this.begin();
  }

  close(): Item[] {
    for (const list of this.#lists.reverse()) trim(list);
    return this.#whole;
  }
}

/** Dots part the items of one list; a dash begins a list within. Nothing between two of them is a zero. */
function addSeparator(separator: string, before: string, lists: OpenLists): void {
  if (isSeparator(before)) lists.add(0n);
  if (separator === '-') lists.begin();
}

interface Neighbours {
  readonly before: string;
  readonly after: string;
}

/**
 * A change between digits and letters counts as a dash; and so does it when a word has a number at it or stands at the
 * end: `1.0.rc1` is `1.0-rc1`.
 */
function addWord(word: string, { before, after }: Neighbours, lists: OpenLists): void {
  const isChange = !isSeparator(before) && isNumber(before) !== isNumber(word);
  const isQualifier = !isNumber(word) && (after === '' || isNumber(after));
  if (isChange || isQualifier) lists.beginUnlessEmpty();
  lists.add(isNumber(word) ? BigInt(word) : meaningOf(word, isNumber(after)));
}

function isSeparator(part: string): boolean {
  return part === '.' || part === '-';
}

function isNumber(part: string): boolean {
  return /^\d/.test(part);
}

function meaningOf(word: string, isBeforeDigit: boolean): string {
  return (isBeforeDigit ? SHORT_ALIASES[word] : undefined) ?? ALIASES[word] ?? word;
}

/** What says nothing at the end of a list is as if it were not there: `1.0.0` is `1`, `1-ga` is `1`. */
function trim(list: Item[]): void {
  for (let place = list.length - 1; place >= 0; place -= 1) {
    const item = list[place];
    if (item === undefined) continue;
    if (isNothing(item)) list.splice(place, 1);
    else if (!Array.isArray(item)) break;
  }
}

function isNothing(item: Item): boolean {
  return Array.isArray(item) ? item.length === 0 : item === 0n || item === '';
}

function compareItems(left: Item | undefined, right: Item | undefined): number {
  if (left === undefined) return right === undefined ? 0 : -compareWithNothing(right);
  if (right === undefined) return compareWithNothing(left);
  const order = kindOf(left) - kindOf(right);
  if (order !== 0) return order;
  if (typeof left === 'bigint' && typeof right === 'bigint') return left < right ? -1 : left > right ? 1 : 0;
  if (typeof left === 'string' && typeof right === 'string')
    return compareText(qualifierRank(left), qualifierRank(right));
  return compareLists(left as Item[], right as Item[]);
}

/** Words before lists before numbers. */
function kindOf(item: Item): number {
  if (typeof item === 'string') return 0;
  return Array.isArray(item) ? 1 : 2;
}

function compareLists(left: readonly Item[], right: readonly Item[]): number {
  for (let place = 0; place < Math.max(left.length, right.length); place += 1) {
    const order = compareItems(left[place], right[place]);
    if (order !== 0) return order;
  }
  return 0;
}

function compareWithNothing(item: Item): number {
  if (typeof item === 'bigint') return item === 0n ? 0 : 1;
  if (typeof item === 'string') return compareText(qualifierRank(item), qualifierRank(''));
  for (const inner of item) {
    const order = compareWithNothing(inner);
    if (order !== 0) return order;
  }
  return 0;
}

/** Unknown words come after all known ones, in the order of the alphabet. */
function qualifierRank(word: string): string {
  const rank = QUALIFIERS.indexOf(word);
  return rank === -1 ? `${QUALIFIERS.length}-${word}` : String(rank);
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
