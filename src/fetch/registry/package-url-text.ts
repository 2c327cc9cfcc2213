/** A package URL in the two parts that differ between what was asked for and what was found. */
export interface PackageUrlText {
  /** Everything but the version. */
  readonly package: string;
  /** Qualifiers and subpath, with their `?` or `#`. */
  readonly rest: string;
  /** Decoded; empty when there is none. */
  readonly version: string;
}

/**
 * Cuts the version out, which the package URL library knows nothing of: it takes none with `<`, `>` or `|` in it, and
 * ranges have those. It follows the last `@` of the last path segment, unless the segment starts with it (`@scope`).
 * @throws URIError when the version is not percent-encoded rightly
 */
export function splitVersion(purl: string): PackageUrlText {
  const [, path = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(purl) ?? [];
  const [, named = path, version = ''] = /^(.*[^/@])@([^/]*)$/s.exec(path) ?? [];
  return { package: named, version: decodeURIComponent(version), rest };
}

/** The same package URL for one version, which is written so that it reads back as it is. */
export function withVersion(purl: string, version: string): string {
  const { package: named, rest } = splitVersion(purl);
  return `${named}@${encodeURIComponent(version).replaceAll('%3A', ':')}${rest}`;
}

/** The same package URL with one more qualifier, unless it has it. */
export function withQualifier(purl: string, key: string, value: string): string {
  const [, start = '', qualifiers = '', subpath = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(purl) ?? [];
  if (new RegExp(`[?&]${key}=`, 'i').test(qualifiers)) return purl;
  const separator = qualifiers === '' ? '?' : '&';
  return `${start}${qualifiers}${separator}${key}=${encodeURIComponent(value)}${subpath}`;
}
