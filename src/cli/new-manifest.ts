import { writeEntry } from '../manifest/index.js';
import type { ToolMatch } from '../project/index.js';

const HEAD = [
  '-- The tools of this project. "fettle sync" installs them, "fettle run -- COMMAND" uses them.',
  '-- To have another one, write it here or run "fettle add NAME".',
];

/** The text of a new manifest: the packages that match, and as comments what there is to know of each. */
export function newManifest(matches: readonly ToolMatch[]): string {
  const entries = matches.flatMap(({ entry, file, note }) =>
    entry ? [`  ${writeEntry(entry)}, -- ${oneLine(note === undefined ? file : `${file}: ${note}`)}`] : [],
  );
  const missing = matches.flatMap(({ entry, tool, version, file, note }) =>
    entry ? [] : [`-- Not in here: ${oneLine(`${tool} ${version} (${file}): ${note ?? ''}`)}`],
  );
  return [...HEAD, ...missing, 'packages = {', ...entries, '}', ''].join('\n');
}

/** Shows how an entry looks in a manifest that has none. */
export function withExample(text: string): string {
  return text.replace(/packages = \{\s*\}/, 'packages = {\n  -- "fettle.cmake@v1",\n}');
}

/** What comes out of a file must not end the comment that it stands in. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
