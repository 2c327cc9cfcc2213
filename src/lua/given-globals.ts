import type { Table, TString } from './fengari-values.js';
import type { Machine } from './machine.js';
import { LIBRARY_NAMES } from './sandbox.js';
import { stringKeys } from './tables.js';
import { displayText } from './text.js';

/** The globals that no chunk assigned. Many states may have the same. */
export class GivenGlobals {
  private constructor(
    private readonly names: ReadonlySet<string>,
    /** The very strings: most globals of a state need not be decoded to be known. */
    private readonly strings: ReadonlySet<TString>,
  ) {}

  /** Those of a state in which nothing has run. */
  static of({ globals }: Machine): GivenGlobals {
    const strings = new Set(stringKeys(globals));
    const names = [...strings].map(({ realstring }) => displayText(realstring));
    return new GivenGlobals(new Set([...names, ...LIBRARY_NAMES]), strings);
  }

  with(name: string): GivenGlobals {
    return new GivenGlobals(new Set(this.names).add(name), this.strings);
  }

  /** Names of all other globals that there are. */
  othersIn(globals: Table): readonly string[] {
    const others: string[] = [];
    for (const string of stringKeys(globals)) {
      if (this.strings.has(string)) continue;
      const name = displayText(string.realstring);
      if (!this.names.has(name)) others.push(name);
    }
    return others;
  }
}
