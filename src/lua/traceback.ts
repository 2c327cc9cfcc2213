import type { ErrorDetails, SourceLocation } from '../errors/index.js';
import { lua, type DebugRecord, type LuaThread } from './fengari.js';
import { displayText, nameBytes } from './text.js';

type Where = Pick<ErrorDetails, 'location' | 'traceback'>;

/** Frames looked at, from the inner end. Each look walks from there, so a deep stack costs the square of this. */
const FRAMES_SHOWN = 40;

/** The text of each chunk of one state, so that errors can show the line they speak of. */
export class ChunkSources {
  readonly #texts = new Map<string, string>();
  /** Lua cuts long file names in its messages; the cut name of each file. Most chunks raise nothing, so it is asked for late. */
  readonly #shortNames = new Map<string, () => string>();

  add(file: string, text: string, shortName: () => string): void {
    this.#texts.set(file, text);
    this.#shortNames.set(file, shortName);
  }

  location(file: string, line: number): SourceLocation {
    const text = this.#texts.get(file)?.split(/\r?\n/)[line - 1];
    return { file, line, ...(text !== undefined && { text }) };
  }

  has(file: string): boolean {
    return this.#texts.has(file);
  }

  /** Splits `file:line: message` when the file is a chunk of this state. */
  splitMessage(message: string): { location: SourceLocation; message: string } | null {
    for (const [file, cutName] of this.#shortNames) {
      const shortName = cutName();
      if (!message.startsWith(`${shortName}:`)) continue;
      const rest = /^(\d+): ([^]*)$/.exec(message.slice(shortName.length + 1));
      if (rest) return { location: this.location(file, Number(rest[1])), message: rest[2] ?? '' };
    }
    return null;
  }
}

/** Where a thread stands: its innermost known line, and its frames from `level` on, innermost first. */
export function locate(L: LuaThread, sources: ChunkSources, level = 0): Where {
  const frames = framesOf(L, level);
  const inner = frames.find(({ file, line }) => line > 0 && sources.has(file));
  return {
    ...(inner && { location: sources.location(inner.file, inner.line) }),
    traceback: frames.map(describeFrame),
  };
}

/** `file:line: ` of the Lua code that called the running C function; empty when there is none. */
export function callerPosition(L: LuaThread): string {
  const record: DebugRecord = new lua.lua_Debug();
  for (let level = 0; level < FRAMES_SHOWN && lua.lua_getstack(L, level, record) !== 0; level += 1) {
    lua.lua_getinfo(L, nameBytes('Sl'), record);
    if (record.currentline > 0) return `${displayText(record.short_src)}:${record.currentline}: `;
  }
  return '';
}

interface Frame {
  readonly file: string;
  readonly line: number;
  readonly what: string;
}

function framesOf(L: LuaThread, first: number): Frame[] {
  const frames: Frame[] = [];
  const record: DebugRecord = new lua.lua_Debug();
  for (let level = first; level < first + FRAMES_SHOWN && lua.lua_getstack(L, level, record) !== 0; level += 1) {
    lua.lua_getinfo(L, nameBytes('Slnt'), record);
    const file = displayText(record.source).replace(/^[@=]/, '');
    frames.push({ file, line: record.currentline, what: functionName(record) });
  }
  return frames;
}

function functionName(record: DebugRecord): string {
  if (displayText(record.what) === 'main') return 'main chunk';
  if (record.name && record.namewhat?.length) return `${displayText(record.namewhat)} '${displayText(record.name)}'`;
  if (displayText(record.what) === 'C') return 'built-in function';
  return `function <line ${record.linedefined}>`;
}

function describeFrame({ file, line, what }: Frame): string {
  return line > 0 ? `${file}:${line}: in ${what}` : `in ${what}`;
}
