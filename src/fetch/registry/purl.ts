import { FettleError, messageOf } from '../../errors/index.js';
import { withoutCredentials } from '../redact-url.js';
import { isHttpUrl } from './credentials.js';
import { ECOSYSTEMS, type Ecosystem } from './ecosystems.js';
import { splitVersion } from './package-url-text.js';
import type { Wanted } from './wanted.js';

/** A package URL, read: a package of a registry that fettle knows, and which version of it is wanted. */
export interface PackageReference {
  readonly ecosystem: Ecosystem;
  /** As its registry writes it: npm's carries the scope (`@scope/name`), Go's is the path, Maven's `group:artifact`. */
  readonly name: string;
  /** As asked for: an exact version, a range, a tag, or nothing. */
  readonly version: string;
  readonly wanted: Wanted;
  readonly qualifiers: Readonly<Record<string, string>>;
  /** The package URL as written, credentials removed. */
  readonly text: string;
  /** The package URL as written. */
  readonly purl: string;
}

const HOW_TO_ASK = 'Name an exact version, a range as the ecosystem writes it, or leave it out for the newest.';

/**
 * Reads a package URL.
 * @throws FettleError E_PURL when it is malformed, of an unknown type, with a version that is none, or says what fettle cannot honour
 */
export async function parsePackageUrl(text: string): Promise<PackageReference> {
  const { version, qualifiers, ...parts } = await splitPackageUrl(text);
  const ecosystem = ecosystemOf(parts.type, text);
  const name = ECOSYSTEMS[ecosystem].join(parts.namespace, parts.name);
  const unread = { ecosystem, name, version, qualifiers, text: shown(text), purl: text };
  refuseBadName(unread);
  refuseSubpath(parts.subpath, unread);
  refuseUnknownQualifiers(unread);
  return { ...unread, wanted: await readVersion(unread) };
}

type UnreadReference = Omit<PackageReference, 'wanted'>;

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
    const { package: named, version, rest } = splitVersion(text);
    const {
      type = '',
      namespace = '',
      name = '',
      qualifiers,
      subpath = '',
    } = library.PackageURL.fromString(named + rest);
    return { type, namespace, name, version, qualifiers: definedEntries(qualifiers), subpath };
  } catch (error) {
    throw malformed(text, messageOf(error));
  }
}

/** The cause is left out: it may quote a part of the text that holds a password. */
function malformed(text: string, reason: string): FettleError {
  return new FettleError('E_PURL', `The package URL '${shown(text)}' is not valid.`, {
    facts: { got: shown(text), reason },
    hint: `Write it like ${ECOSYSTEMS.npm.example}.`,
  });
}

function definedEntries(values: object | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function ecosystemOf(type: string, text: string): Ecosystem {
  if (Object.hasOwn(ECOSYSTEMS, type)) return type as Ecosystem;
  throw new FettleError('E_PURL', `Packages of type '${type}' cannot be fetched.`, {
    facts: { got: shown(text), expected: Object.keys(ECOSYSTEMS) },
    hint: 'Fetch the file by its own URL instead.',
  });
}

function refuseBadName({ ecosystem, name, text }: UnreadReference): void {
  if (ECOSYSTEMS[ecosystem].name.test(name)) return;
  throw new FettleError('E_PURL', `'${name}' cannot be the name of a ${ecosystem} package.`, {
    facts: { got: text },
    hint: `Write it like ${ECOSYSTEMS[ecosystem].example}.`,
  });
}

function refuseSubpath(subpath: string, { text }: UnreadReference): void {
  if (subpath === '') return;
  throw new FettleError('E_PURL', `The package URL '${text}' names a path inside the package.`, {
    facts: { got: `#${subpath}` },
    hint: 'Fetch the whole package; pick files from it in the stage phase.',
  });
}

function refuseUnknownQualifiers({ ecosystem, qualifiers, text }: UnreadReference): void {
  const known = ECOSYSTEMS[ecosystem].qualifiers;
  const unknown = Object.keys(qualifiers).filter((key) => !known.includes(key));
  if (unknown.length === 0) return;
  throw new FettleError('E_PURL', `The package URL '${text}' has the unknown qualifier '${unknown.join("', '")}'.`, {
    facts: { got: unknown, expected: known },
    hint: unknown.includes('checksum')
      ? "Give the digest in the fetch entry's sha256 field."
      : `A ${ecosystem} package URL takes these qualifiers: ${known.join(', ')}.`,
  });
}

async function readVersion({ ecosystem, version, text }: UnreadReference): Promise<Wanted> {
  const wanted = /\p{Cc}/u.test(version) ? undefined : await ECOSYSTEMS[ecosystem].readVersion(version);
  if (wanted) return wanted;
  throw new FettleError('E_PURL', `'${version}' is neither a version nor a range of ${ecosystem}.`, {
    facts: { got: text, expected: ECOSYSTEMS[ecosystem].example },
    hint: HOW_TO_ASK,
  });
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
