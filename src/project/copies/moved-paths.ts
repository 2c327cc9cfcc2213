/** A folder that something was said of, and the one it is to be said of. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/** What may follow the name of a folder in a text that means another file. */
const IN_NAME = /^[A-Za-z0-9._-]/;

/** A text in which every path at or below one of the folders is one at or below the other. */
export function movedText(text: string, moves: readonly Move[]): string {
  return moves.reduce((moved, { from, to }) => replacePath(moved, from, to), text);
}

/** The same for the values of a table. */
export function movedValues(
  table: Readonly<Record<string, string>>,
  moves: readonly Move[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(table).map(([name, text]) => [name, movedText(text, moves)]));
}

function replacePath(text: string, from: string, to: string): string {
  if (!text.includes(from)) return text;
  const [first = '', ...rest] = text.split(from);
  return rest.reduce((moved, part) => `${moved}${IN_NAME.test(part) ? from : to}${part}`, first);
}
