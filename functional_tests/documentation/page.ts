import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What a comment above a block says: `<!-- file: fettle.lua -->`, `<!-- run -->`, `<!-- not run: needs root -->`. */
const DIRECTIVE = /^<!-- (scene|file|run|not run|output of|fields of)(?:: (.+?))? -->$/;
const FENCE = /^(\s*)(`{3,})(.*)$/;

/** A fenced block of a page. */
export interface Block {
  /** Where it is, for messages: `docs/cli.md:34`. */
  readonly at: string;
  /** The first word of the info string: `lua`, `console`, `sh`; empty when there is none. */
  readonly language: string;
  /** What follows it: `lua recipe` is a recipe. */
  readonly kind: string;
  readonly code: string;
  /** Comments with a meaning between the block before and this one. */
  readonly directives: ReadonlyMap<string, string>;
}

export interface Page {
  /** `docs/cli.md` */
  readonly path: string;
  readonly blocks: readonly Block[];
}

/** The README, the contributor's guide, and every page below docs/. */
export function readPages(): readonly Page[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  const paths = docs.filter((path) => path.endsWith('.md')).map((path) => join('docs', path));
  return ['README.md', 'CONTRIBUTING.md', ...paths.sort()].map((path) => readPage(join(ROOT, path)));
}

function readPage(file: string): Page {
  const path = relative(ROOT, file).replaceAll('\\', '/');
  return { path, blocks: parseBlocks(path, readFileSync(file, 'utf8')) };
}

/** @throws Error for a block that never ends */
export function parseBlocks(path: string, text: string): readonly Block[] {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  let directives = new Map<string, string>();
  for (let index = 0; index < lines.length; index += 1) {
    const directive = DIRECTIVE.exec((lines[index] ?? '').trim());
    if (directive) directives.set(directive[1] ?? '', directive[2] ?? '');
    const fence = FENCE.exec(lines[index] ?? '');
    if (!fence) continue;
    const [, indent = '', ticks = '', info = ''] = fence;
    const end = lines.findIndex((line, at) => at > index && line.trim() === ticks);
    if (end < 0) throw new Error(`${path}:${index + 1}: the block has no end`);
    const code = lines.slice(index + 1, end).map((line) => `${line.slice(indent.length)}\n`);
    const [language = '', ...kind] = info.trim().split(' ');
    blocks.push({ at: `${path}:${index + 1}`, language, kind: kind.join(' '), code: code.join(''), directives });
    directives = new Map();
    index = end;
  }
  return blocks;
}
