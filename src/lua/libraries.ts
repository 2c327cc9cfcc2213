import type { LuaThread } from './fengari.js';

/** Opens one library of a machine `M`: leaves the stack as it was. */
export type OpenLibrary<M> = (machine: M, L: LuaThread) => void;

/** With these a chunk can reach any global without naming it. */
const REACHES_EVERYTHING = /_G|_ENV|\b(?:load|package)\b/;
/** A method call on a string finds the library through the strings' metatable. */
const CALLS_METHODS = /:\s*[A-Za-z_]/;

/**
 * The libraries of one state, opened when the text of a chunk first mentions them. Most recipes use one or two, and
 * opening all of them takes longer than running the recipe.
 */
export class Libraries<M> {
  readonly #opened = new Set<string>();

  constructor(private readonly libraries: Readonly<Record<string, OpenLibrary<M>>>) {}

  /** Opens what a chunk may use, before it runs. */
  openFor(machine: M, L: LuaThread, source: string): void {
    const reachesEverything = REACHES_EVERYTHING.test(source);
    for (const [name, open] of Object.entries(this.libraries)) {
      if (this.#opened.has(name) || !(reachesEverything || mentions(source, name))) continue;
      this.#opened.add(name);
      open(machine, L);
    }
  }
}

function mentions(source: string, library: string): boolean {
  return isWordOf(source, library) || (library === 'string' && CALLS_METHODS.test(source));
}

/** `function` does not mention `io`: a name stands by itself. */
function isWordOf(source: string, name: string): boolean {
  for (let start = source.indexOf(name); start >= 0; start = source.indexOf(name, start + 1)) {
    if (!isWordPart(source, start - 1) && !isWordPart(source, start + name.length)) return true;
  }
  return false;
}

function isWordPart(source: string, position: number): boolean {
  return /\w/.test(source.charAt(position));
}
