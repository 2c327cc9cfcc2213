/** An element: its text, or the elements in it, by name. */
export type XmlElement = string | { readonly [name: string]: XmlElement | readonly XmlElement[] };

/** @throws Error when it is no XML */
export async function parseXml(text: string): Promise<XmlElement> {
  // The parser takes anything; what succeeds the validator is a package of its own, with much that is not needed here.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const { XMLParser, XMLValidator } = await import('fast-xml-parser');
  const verdict = XMLValidator.validate(text);
  if (verdict !== true) throw new Error(`line ${String(verdict.err.line)}: ${verdict.err.msg}`);
  const parser = new XMLParser({
    parseTagValue: false,
    ignoreAttributes: true,
    trimValues: true,
    processEntities: true,
  });
  return parser.parse(text) as XmlElement;
}

/** The elements at the end of a path, however many there are. */
export function childrenOf(element: XmlElement, ...path: readonly string[]): readonly XmlElement[] {
  let found: readonly XmlElement[] = [element];
  for (const name of path) {
    found = found.flatMap((parent) => {
      const child = typeof parent === 'object' && Object.hasOwn(parent, name) ? parent[name] : [];
      return child ?? [];
    });
  }
  return found;
}

/** The text of the first element at the end of a path; empty when there is none. */
export function textOf(element: XmlElement, ...path: readonly string[]): string {
  const [found] = childrenOf(element, ...path);
  return typeof found === 'string' ? found : '';
}
