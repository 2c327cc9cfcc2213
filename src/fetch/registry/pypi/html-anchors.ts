/** A start tag's attributes by lower-case name, values with character references resolved. */
export type Attributes = ReadonlyMap<string, string>;

export interface HtmlLinks {
  /** The href of the first `<base>` that has one. */
  readonly base: string | undefined;
  readonly anchors: readonly Attributes[];
}

/**
 * The anchors of an HTML page, as simple package indexes use them (PEP 503). Never fails: what is no anchor is passed
 * over, and so are comments and elements whose content is not markup. One pass, linear in the length of the page.
 */
export function findAnchors(html: string): HtmlLinks {
  const anchors: Attributes[] = [];
  let base: string | undefined;
  let position = html.indexOf('<');
  while (position !== -1) {
    const tag = matchAt(/<(a|base)(?=[\s/>])/iy, html, position);
    if (tag) {
      const { attributes, end } = readAttributes(html, position + tag[0].length);
      if (tag[1]?.toLowerCase() === 'a') anchors.push(attributes);
      else base ??= attributes.get('href');
      position = end;
    } else {
      position = endOfOpaque(html, position);
    }
    position = html.indexOf('<', position);
  }
  return { base, anchors: anchors.filter((attributes) => attributes.has('href')) };
}

/** Where to go on after the `<` at `position`, when it starts no tag of interest. */
function endOfOpaque(html: string, position: number): number {
  if (html.startsWith('<!--', position)) return after(html, '-->', position + '<!--'.length);
  if (/[!?]/.test(html.charAt(position + 1))) return after(html, '>', position);
  const element = matchAt(/<(script|style|textarea|title)(?=[\s/>])/iy, html, position)?.[1];
  if (element === undefined) return position + 1;
  const closing = new RegExp(`</${element}\\s*>`, 'gi');
  closing.lastIndex = position;
  return closing.test(html) ? closing.lastIndex : html.length;
}

interface TagRest {
  readonly attributes: Attributes;
  /** The position after the tag; the end of the page when the tag is never closed. */
  readonly end: number;
}

/** The first of two attributes with one name counts, as in browsers. */
function readAttributes(html: string, start: number): TagRest {
  const attributes = new Map<string, string>();
  let position = skip(/[\s/]*/y, html, start);
  while (position < html.length && html[position] !== '>') {
    const [name = ''] = matchAt(/=?[^\s>/=]*/y, html, position) ?? [];
    position += name.length;
    const equals = matchAt(/\s*=\s*/y, html, position);
    let value = '';
    if (equals) ({ value, end: position } = readValue(html, position + equals[0].length));
    const key = name.toLowerCase();
    if (!attributes.has(key)) attributes.set(key, resolveReferences(value));
    position = skip(/[\s/]*/y, html, position);
  }
  return position < html.length ? { attributes, end: position + 1 } : { attributes: new Map(), end: html.length };
}

function readValue(html: string, start: number): { value: string; end: number } {
  const quote = html.charAt(start);
  if (quote === '"' || quote === "'") {
    const end = after(html, quote, start + 1);
    return { value: html.slice(start + 1, end - 1), end };
  }
  const end = skip(/[^\s>]*/y, html, start);
  return { value: html.slice(start, end), end };
}

function after(html: string, text: string, from: number): number {
  const found = html.indexOf(text, from);
  return found === -1 ? html.length : found + text.length;
}

function skip(pattern: RegExp, html: string, position: number): number {
  return position + (matchAt(pattern, html, position)?.[0].length ?? 0);
}

function matchAt(sticky: RegExp, html: string, position: number): RegExpExecArray | null {
  sticky.lastIndex = position;
  return sticky.exec(html);
}

const NAMED_REFERENCES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00A0',
};

function resolveReferences(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]+));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return NAMED_REFERENCES[name.toLowerCase()] ?? whole;
      const code = hex === undefined ? Number.parseInt(decimal ?? '', 10) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : '\uFFFD';
    },
  );
}
