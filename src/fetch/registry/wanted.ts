/** Which version a package URL asks for. */
export type Wanted =
  | { readonly kind: 'exact'; readonly version: string }
  /** In the ecosystem's own language of ranges. */
  | { readonly kind: 'range'; readonly range: string }
  /** A name that the registry gives to some version: a dist-tag, a branch. */
  | { readonly kind: 'tag'; readonly tag: string }
  /** The newest that is no pre-release. */
  | { readonly kind: 'newest' };

/** @returns undefined when the ecosystem has no such version, range or tag */
export type VersionReader = (text: string) => Promise<Wanted | undefined>;

export const NEWEST: Wanted = { kind: 'newest' };

/** The newest is asked for by saying nothing, or `latest`. */
export function isNewest(text: string): boolean {
  return text === '' || text === 'latest';
}
