/** Options by section, both as written in the file except that option names are lower-case. */
export type PythonConfig = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * Reads the format of Python's `configparser` without interpolation: `name = value` or `name: value`, whole-line comments
 * with `#` or `;`, and values that go on over lines indented deeper than their name (joined with line feeds).
 */
export function parsePythonConfig(text: string): PythonConfig {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  let option: { name: string; indent: number } | undefined;
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)) {
    const content = line.trim();
    if (content === '' || /^[#;]/.test(content)) continue;
    const indent = line.length - line.trimStart().length;
    if (section && option && indent > option.indent) {
      section.set(option.name, `${section.get(option.name) ?? ''}\n${content}`.trim());
      continue;
    }
    const header = /^\[([^\]]+)\]/.exec(content)?.[1];
    if (header !== undefined) {
      section = sections.get(header) ?? new Map<string, string>();
      sections.set(header, section);
      option = undefined;
      continue;
    }
    const [, name = '', value = ''] = /^([^=:]+?)\s*(?:[=:]\s*(.*))?$/.exec(content) ?? [];
    option = { name: name.toLowerCase(), indent };
    section?.set(option.name, value);
  }
  return sections;
}
