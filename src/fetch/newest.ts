import { splitVersion } from './registry/package-url-text.js';
import type { Source } from './source.js';

/** The same package of a registry, whatever its newest version is; undefined for what has no versions. */
export function newestOf(source: Source): Source | undefined {
  if (source.kind !== 'registry') return undefined;
  const { package: name, rest } = splitVersion(source.purl);
  return { kind: 'registry', purl: name + rest, text: splitVersion(source.text).package + rest };
}
