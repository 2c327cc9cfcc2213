import { isNewest, NEWEST, type Wanted } from '../wanted.js';

/** Versions as pip reads them (PEP 440): `1.2` is one version, `1.2.*`, `~=1.2` and `>=1,<2` are ranges. */
export async function readPythonVersion(text: string): Promise<Wanted | undefined> {
  if (isNewest(text)) return NEWEST;
  const { default: pep440 } = await import('@renovatebot/pep440');
  if (pep440.valid(text) !== null) return { kind: 'exact', version: text };
  const range = /^[^<>=!~,]+\.\*$/.test(text) ? `==${text}` : text;
  return pep440.validRange(range) ? { kind: 'range', range } : undefined;
}

/**
 * The versions that fit, best first. Pre-releases come last, and only when nothing else fits or the range names one.
 * @param versions as file names write them
 */
export async function rankPythonVersions(wanted: Wanted, versions: readonly string[]): Promise<readonly string[]> {
  const { default: pep440 } = await import('@renovatebot/pep440');
  const known = [...new Set(versions)].filter((version) => pep440.valid(version) !== null);
  // A local version (`1.0+cu1`) is only itself.
  if (wanted.kind === 'exact') return known.filter((version) => pep440.eq(version, wanted.version));
  const range = wanted.kind === 'range' ? wanted.range : '>=0.dev0';
  const fitting = known.filter((version) => pep440.satisfies(version, range, { prereleases: true }));
  const wantsPreReleases =
    wanted.kind === 'range' &&
    range.split(',').some((bound) => isPreRelease(bound.replace(/^[\s<>=!~]+|\.\*$/g, '').trim()));
  const finals = fitting.filter((version) => wantsPreReleases || !isPreRelease(version));
  function isPreRelease(version: string): boolean {
    return pep440.explain(version)?.is_prerelease === true;
  }
  return (finals.length > 0 ? finals : fitting).sort(pep440.rcompare);
}
