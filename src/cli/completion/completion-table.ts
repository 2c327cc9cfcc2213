import type { CommandPlace } from './command-place.js';
import type { ExpectedValue, Word } from './expected-value.js';

/** The grammar as the scripts look things up in it. A command is named by its path: empty for fettle itself. */
export interface CompletionTable {
  readonly commands: readonly WordRow[];
  /** Without those that every command has. */
  readonly options: readonly WordRow[];
  readonly globalOptions: readonly Word[];
  readonly expected: readonly ExpectedRow[];
  /** Commands whose arguments are another command line. */
  readonly passing: readonly string[];
}

export interface WordRow {
  readonly path: string;
  readonly words: readonly Word[];
}

/** Found by `PATH FLAG`, or by `PATH #1`, `PATH #2`, … and `PATH #rest` for arguments. */
export interface ExpectedRow {
  readonly keys: readonly ExpectedKey[];
  readonly expected: ExpectedValue;
}

/** A flag of the program counts behind every command that has none of that name; such rows come last. */
export interface ExpectedKey {
  /** Or ANY_COMMAND. */
  readonly path: string;
  readonly place: string;
}

const OWN_OF_EACH = ['--help', '--version'];

/** No command has such a name. */
export const ANY_COMMAND = '*';

/** @param places - the program first */
export function completionTable([program, ...commands]: readonly CommandPlace[]): CompletionTable {
  if (!program) throw new TypeError('a grammar without a program');
  const all = [program, ...commands];
  // The version is asked of fettle alone, and help of each command in its own words.
  const globals = new Set(program.options.map(({ text }) => text).filter((text) => !OWN_OF_EACH.includes(text)));
  const isGlobal = ({ text }: Word): boolean => globals.has(text);
  return {
    commands: all.filter((place) => place.commands.length > 0).map(({ path, commands: words }) => ({ path, words })),
    options: all.map((place) => ({ path: place.path, words: place.options.filter((word) => !isGlobal(word)) })),
    globalOptions: program.options.filter(isGlobal),
    expected: [...commands.flatMap(ownRows), ...program.values.map((value) => flagRow(ANY_COMMAND, value))],
    passing: all.filter(({ passesOptions }) => passesOptions).map(({ path }) => path),
  };
}

function ownRows(place: CommandPlace): readonly ExpectedRow[] {
  return [...place.values.map((value) => flagRow(place.path, value)), ...operandRows(place)];
}

function flagRow(path: string, { flags, expected }: CommandPlace['values'][number]): ExpectedRow {
  return { keys: flags.map((place) => ({ path, place })), expected };
}

function operandRows({ path, operands, isVariadic }: CommandPlace): readonly ExpectedRow[] {
  return operands.map((expected, index) => {
    const isLast = index === operands.length - 1;
    const places = [`#${index + 1}`, ...(isLast && isVariadic ? ['#rest'] : [])];
    return { keys: places.map((place) => ({ path, place })), expected };
  });
}
