/** Paints text for a terminal, or leaves it as it is where colour is not wanted. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

/** SGR parameters: how a colour starts and how it ends (ECMA-48, 8.3.117). */
const SGR = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39], cyan: [36, 39] } as const;

export function styleFor(colour: boolean): Style {
  const paint = (name: keyof typeof SGR) => {
    const [start, end] = SGR[name];
    return (text: string) => (colour && text !== '' ? `\u001b[${start}m${text}\u001b[${end}m` : text);
  };
  return {
    bold: paint('bold'),
    dim: paint('dim'),
    red: paint('red'),
    green: paint('green'),
    yellow: paint('yellow'),
    cyan: paint('cyan'),
  };
}
