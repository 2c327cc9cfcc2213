import type { ToolVersion } from './declared-tool.js';

/** `.tool-versions`: a tool and its versions on each line, of which the first counts; `#` begins a comment. */
export function parseToolVersions(text: string): readonly ToolVersion[] {
  return linesOf(text).flatMap((line) => {
    const [tool, version] = line.split(/\s+/);
    return tool !== undefined && version !== undefined ? [{ tool, version }] : [];
  });
}

/** `.nvmrc` and the like: a version on the first line that is neither empty nor a comment. */
export function parseVersionFile(text: string, tool: string): readonly ToolVersion[] {
  const [version] = linesOf(text);
  return version === undefined ? [] : [{ tool, version }];
}

/** `go.mod`: the toolchain, else the lowest Go that its `go` line names. */
export function parseGoModule(text: string): readonly ToolVersion[] {
  const version = /^toolchain\s+go(\S+)/m.exec(text)?.[1] ?? /^go\s+(\S+)/m.exec(text)?.[1];
  return version === undefined ? [] : [{ tool: 'go', version }];
}

/** `package.json`: the Node.js of `engines`. @throws SyntaxError */
export function parsePackageJson(text: string): readonly ToolVersion[] {
  const { engines } = JSON.parse(text) as { readonly engines?: { readonly node?: unknown } };
  return typeof engines?.node === 'string' ? [{ tool: 'node', version: engines.node.trim() }] : [];
}

/** `mise.toml`: its table `tools`; of several versions the first counts. @throws what smol-toml throws */
export async function parseMise(text: string): Promise<readonly ToolVersion[]> {
  const { parse } = await import('smol-toml');
  const { tools } = parse(text);
  if (typeof tools !== 'object' || Array.isArray(tools) || tools instanceof Date) return [];
  return Object.entries(tools).flatMap(([tool, value]) => {
    const version = versionIn(value);
    return version === undefined ? [] : [{ tool, version }];
  });
}

/** A version is text, a number, a table with a version, or a list of these. */
function versionIn(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (Array.isArray(value)) return versionIn(value[0]);
  if (typeof value !== 'object' || value === null || !('version' in value)) return undefined;
  return versionIn(value.version);
}

function linesOf(text: string): readonly string[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
  return lines.map((line) => line.replace(/(^|\s)#.*/, '').trim()).filter((line) => line !== '');
}
