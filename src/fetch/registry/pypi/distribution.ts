/** What the name of a Python distribution file says. */
export type Distribution = Wheel | SourceDistribution;

export interface Wheel {
  readonly kind: 'wheel';
  readonly version: string;
  /** The build number and its suffix; [0, ''] when the name has none. */
  readonly build: readonly [number, string];
  /** Compressed tag sets, taken apart. */
  readonly python: readonly string[];
  readonly abi: readonly string[];
  readonly platform: readonly string[];
}

export interface SourceDistribution {
  readonly kind: 'sdist';
  readonly version: string;
  /** With the leading dot. */
  readonly extension: string;
}

/** Best first: what an sdist is called today, then what it was called long ago. */
export const SDIST_EXTENSIONS: readonly string[] = ['.tar.gz', '.zip', '.tar.xz', '.tar.bz2', '.tgz', '.tar'];

/** PEP 503: the one form under which all spellings of a name meet. */
export function normalizeName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

/** @returns undefined when the file is neither a wheel nor an sdist of the project */
export function parseDistribution(fileName: string, project: string): Distribution | undefined {
  return fileName.toLowerCase().endsWith('.whl') ? parseWheel(fileName, project) : parseSdist(fileName, project);
}

/** PEP 427: `name-version(-build)?-python-abi-platform.whl`. */
function parseWheel(fileName: string, project: string): Wheel | undefined {
  const parts = fileName.slice(0, -'.whl'.length).split('-');
  if (parts.length !== 5 && parts.length !== 6) return undefined;
  const [name = '', version = ''] = parts;
  const [python = '', abi = '', platform = ''] = parts.slice(-3).map((tags) => tags.toLowerCase());
  const build = /^(\d+)(.*)$/.exec(parts.length === 6 ? (parts[2] ?? '') : '0');
  if (!build || normalizeName(name) !== normalizeName(project)) return undefined;
  return {
    kind: 'wheel',
    version: version.replaceAll('_', '-'),
    build: [Number(build[1]), build[2] ?? ''],
    python: python.split('.'),
    abi: abi.split('.'),
    platform: platform.split('.'),
  };
}

/** Old names may have dashes in name and version both: the right cut is the one that leaves the project's name. */
function parseSdist(fileName: string, project: string): SourceDistribution | undefined {
  const extension = SDIST_EXTENSIONS.find((candidate) => fileName.toLowerCase().endsWith(candidate));
  if (extension === undefined) return undefined;
  const stem = fileName.slice(0, -extension.length);
  for (let dash = stem.indexOf('-'); dash !== -1; dash = stem.indexOf('-', dash + 1)) {
    if (normalizeName(stem.slice(0, dash)) === normalizeName(project)) {
      return { kind: 'sdist', version: stem.slice(dash + 1), extension };
    }
  }
  return undefined;
}
