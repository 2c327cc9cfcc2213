import { FettleError, messageOf } from '../../errors/index.js';
import { withoutCredentials } from '../redact-url.js';
import { isHttpUrl } from './credentials.js';

export type Ecosystem = 'npm' | 'pypi' | 'cargo';

/** A package URL that names one version of one package of a registry that fettle knows. */
export interface PackageReference {
  readonly ecosystem: Ecosystem;
  /** The package's name in its registry; npm's carries the scope (`@scope/name`). */
  readonly name: string;
  readonly version: string;
  readonly qualifiers: Readonly<Record<string, string>>;
  /** The package URL as written, credentials removed. */
  readonly text: string;
}

interface EcosystemRule {
  readonly name: RegExp;
  readonly qualifiers: readonly string[];
  readonly example: string;
}

const RULES: Readonly<Record<Ecosystem, EcosystemRule>> = {
  npm: {
    name: /^(@[\w.~-]+\/)?[\w.~!'()*-]+$/,
    qualifiers: ['repository_url'],
    example: 'pkg:npm/%40scope/name@1.2.3',
  },
  pypi: {
    name: /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i,
    qualifiers: ['repository_url', 'file_name', 'type'],
    example: 'pkg:pypi/name@1.2.3?type=wheel',
  },
  cargo: { name: /^[a-z0-9_][\w-]*$/i, qualifiers: ['repository_url'], example: 'pkg:cargo/name@1.2.3' },
};

const WHY_A_VERSION = 'Name one exact version: a range or a tag would mean another file on another day.';

/**
 * Reads a package URL.
 * @throws FettleError E_PURL when it is malformed, of an unknown type, without an exact version, or says what fettle cannot honour
 */
export async function parsePackageUrl(text: string): Promise<PackageReference> {
  const parts = await splitPackageUrl(text);
  const ecosystem = ecosystemOf(parts.type, text);
  const name = parts.namespace ? `${parts.namespace}/${parts.name}` : parts.name;
  const reference = { ecosystem, name, version: parts.version, qualifiers: parts.qualifiers, text: shown(text) };
  refuseBadName(reference);
  refuseSubpath(parts.subpath, reference);
  refuseUnknownQualifiers(reference);
  await refuseInexactVersion(reference);
  return reference;
}

interface PurlParts {
  readonly type: string;
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly qualifiers: Readonly<Record<string, string>>;
  readonly subpath: string;
}

async function splitPackageUrl(text: string): Promise<PurlParts> {
  const { default: library } = await import('@socketregistry/packageurl-js');
  // The library also reads what has no scheme.
  if (!/^pkg:/i.test(text)) throw malformed(text, 'it does not start with pkg:');
  try {
    const {
      type = '',
      namespace = '',
      name = '',
      version = '',
      qualifiers,
      subpath = '',
    } = library.PackageURL.fromString(text);
    return { type, namespace, name, version, qualifiers: definedEntries(qualifiers), subpath };
  } catch (error) {
    throw malformed(text, messageOf(error));
  }
}

/** The cause is left out: it may quote a part of the text that holds a password. */
function malformed(text: string, reason: string): FettleError {
  return new FettleError('E_PURL', `The package URL '${shown(text)}' is not valid.`, {
    facts: { got: shown(text), reason },
    hint: `Write it like ${RULES.npm.example}.`,
  });
}

function definedEntries(values: object | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function ecosystemOf(type: string, text: string): Ecosystem {
  if (Object.hasOwn(RULES, type)) return type as Ecosystem;
  throw new FettleError('E_PURL', `Packages of type '${type}' cannot be fetched.`, {
    facts: { got: shown(text), expected: Object.keys(RULES) },
    hint: 'Fetch the file by its own URL instead.',
  });
}

function refuseBadName({ ecosystem, name, text }: PackageReference): void {
  if (RULES[ecosystem].name.test(name)) return;
  throw new FettleError('E_PURL', `'${name}' cannot be the name of a ${ecosystem} package.`, {
    facts: { got: text },
    hint: `Write it like ${RULES[ecosystem].example}.`,
  });
}

function refuseSubpath(subpath: string, { text }: PackageReference): void {
  if (subpath === '') return;
  throw new FettleError('E_PURL', `The package URL '${text}' names a path inside the package.`, {
    facts: { got: `#${subpath}` },
    hint: 'Fetch the whole package; pick files from it in the stage phase.',
  });
}

function refuseUnknownQualifiers({ ecosystem, qualifiers, text }: PackageReference): void {
  const known = RULES[ecosystem].qualifiers;
  const unknown = Object.keys(qualifiers).filter((key) => !known.includes(key));
  if (unknown.length === 0) return;
  throw new FettleError('E_PURL', `The package URL '${text}' has the unknown qualifier '${unknown.join("', '")}'.`, {
    facts: { got: unknown, expected: known },
    hint: unknown.includes('checksum')
      ? "Give the digest in the fetch entry's sha256 field."
      : `A ${ecosystem} package URL takes these qualifiers: ${known.join(', ')}.`,
  });
}

async function refuseInexactVersion({ ecosystem, version, text }: PackageReference): Promise<void> {
  if (version === '') {
    throw new FettleError('E_PURL', `The package URL '${text}' has no version.`, {
      facts: { got: text, expected: RULES[ecosystem].example },
      hint: WHY_A_VERSION,
    });
  }
  if (await isExactVersion(ecosystem, version)) return;
  throw new FettleError('E_PURL', `'${version}' is not an exact ${ecosystem} version.`, {
    facts: { got: text, expected: RULES[ecosystem].example },
    hint: WHY_A_VERSION,
  });
}

async function isExactVersion(ecosystem: Ecosystem, version: string): Promise<boolean> {
  if (ecosystem === 'pypi') {
    const { default: pep440 } = await import('@renovatebot/pep440');
    return pep440.valid(version) !== null;
  }
  const { default: semver } = await import('semver');
  return /^\d/.test(version) && semver.valid(version) !== null;
}

/** The text without user and password: of the package URL itself, or of the URL that its `repository_url` holds. */
function shown(text: string): string {
  return text
    .replace(/^(pkg:\/*)[^/?#@]*:[^/?#@]*@/i, '$1')
    .replace(/([?&]repository_url=)([^&#]*)/gi, (_, key: string, value: string) => key + withoutUserinfo(value));
}

function withoutUserinfo(encodedUrl: string): string {
  try {
    const url = decodeURIComponent(encodedUrl);
    if (isHttpUrl(url.replace(/^sparse\+/, ''))) return encodeURIComponent(withoutCredentials(url));
  } catch {
    // Not even percent-encoding: nothing of it can be shown safely.
  }
  return '***';
}
