import { createRequire } from 'node:module';
import type * as Luaparse from 'luaparse';

/** A piece of the text, `end` being the first character after it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A piece of the text, and what stands there instead afterwards. */
export interface Splice extends Span {
  readonly text: string;
}

const LINE_END = /\r\n|\n\r?|\r/g;

/**
 * The text of a Lua file with all its places. A character stands for a byte, so whatever encoding the file has, what is
 * not edited comes back as it was.
 */
export class LuaText {
  readonly text: string;
  readonly #comments: readonly Span[];
  readonly chunk: Luaparse.Chunk;

  /** @throws what luaparse throws when the text is no Lua that it knows */
  constructor(bytes: Uint8Array) {
    this.text = Buffer.from(bytes).toString('latin1');
    this.chunk = parseLua(withoutPreamble(this.text));
    this.#comments = (this.chunk.comments as readonly unknown[] as readonly Luaparse.Node[]).map(spanOf);
  }

  /** The bytes of the file after some edits; of edits at one place the first comes first. */
  edited(splices: readonly Splice[]): Uint8Array {
    const ordered = [...splices].sort((left, right) => left.start - right.start);
    let done = 0;
    let text = '';
    for (const { start, end, text: inserted } of ordered) {
      text += this.text.slice(done, start) + inserted;
      done = Math.max(done, end);
    }
    return Buffer.from(text + this.text.slice(done), 'latin1');
  }

  lineStart(at: number): number {
    let start = at;
    while (start > 0 && !isLineEnd(this.text[start - 1])) start -= 1;
    return start;
  }

  /** The end of the line, before what ends it. */
  lineEnd(at: number): number {
    let end = at;
    while (end < this.text.length && !isLineEnd(this.text[end])) end += 1;
    return end;
  }

  /** The start of the next line; the end of the text when there is none. */
  nextLine(at: number): number {
    LINE_END.lastIndex = this.lineEnd(at);
    return LINE_END.exec(this.text) ? LINE_END.lastIndex : this.text.length;
  }

  /** The blanks that the line begins with. */
  indentation(at: number): string {
    const start = this.lineStart(at);
    return this.text.slice(start, this.skipBlanks(start));
  }

  isFirstOnLine(at: number): boolean {
    return this.isBlank(this.lineStart(at), at);
  }

  isBlank(start: number, end: number): boolean {
    return /^\s*$/.test(this.text.slice(start, end));
  }

  /** The first place from here on that is no blank; line ends are none. */
  skipBlanks(at: number): number {
    let end = at;
    while (isBlankCharacter(this.text[end])) end += 1;
    return end;
  }

  /** The place after the last character before here that is no blank; line ends are none. */
  skipBlanksBack(at: number): number {
    let start = at;
    while (start > 0 && isBlankCharacter(this.text[start - 1])) start -= 1;
    return start;
  }

  /** As skipBlanksBack, but over line ends too. */
  skipSpaceBack(at: number): number {
    let start = at;
    while (start > 0 && /\s/.test(this.text.charAt(start - 1))) start -= 1;
    return start;
  }

  /** The first place from here on that is neither white space nor comment. */
  skipTrivia(at: number): number {
    for (let place = at; ;) {
      while (/\s/.test(this.text.charAt(place))) place += 1;
      const comment = this.#comments.find(({ start }) => start === place);
      if (!comment) return place;
      place = comment.end;
    }
  }

  commentsIn(start: number, end: number): readonly Span[] {
    return this.#comments.filter((comment) => comment.start >= start && comment.end <= end);
  }

  /** Whether a comment that reaches to the end of its line ends here. */
  isAfterLineComment(at: number): boolean {
    return this.#comments.some(({ start, end }) => end === at && !/^--\[=*\[/.test(this.text.slice(start, end)));
  }

  /** What ends lines from here on, or else in the file. */
  lineBreak(at: number): string {
    return /\r\n|\n\r?|\r/.exec(this.text.slice(at))?.[0] ?? /\r\n|\n\r?|\r/.exec(this.text)?.[0] ?? '\n';
  }
}

/** Where a node of the parser stands. */
export function spanOf(node: Luaparse.Node): Span {
  const { range } = node as unknown as { readonly range: readonly [number, number] };
  return { start: range[0], end: range[1] };
}

function parseLua(text: string): Luaparse.Chunk {
  const luaparse = createRequire(import.meta.url)('luaparse') as typeof Luaparse;
  return luaparse.parse(text, {
    luaVersion: '5.3',
    comments: true,
    locations: true,
    ranges: true,
    encodingMode: 'pseudo-latin1',
  });
}

/** Lua skips a byte order mark and a first line that begins with `#`; blanks there keep all places as they are. */
function withoutPreamble(text: string): string {
  return text.replace(/^(?:\u00ef\u00bb\u00bf)?(?:#[^\n]*)?/, (preamble) => ' '.repeat(preamble.length));
}

function isLineEnd(character: string | undefined): boolean {
  return character === '\n' || character === '\r';
}

function isBlankCharacter(character: string | undefined): boolean {
  return character === ' ' || character === '\t';
}
