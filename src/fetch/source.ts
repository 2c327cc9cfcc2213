/** Where something is fetched from, parsed once. `text` is the source as written, without credentials. */
export type Source =
  | { readonly kind: 'path'; readonly path: string; readonly text: string }
  | { readonly kind: 'http'; readonly url: string; readonly text: string }
  | { readonly kind: 's3'; readonly url: string; readonly text: string }
  | { readonly kind: 'git'; readonly url: string; readonly text: string }
  | { readonly kind: 'registry'; readonly purl: string; readonly text: string };

/** Whether nobody vouches for what comes from there but who asks: git has digests of its own, registries publish theirs. */
export function needsDigest({ kind }: Source): boolean {
  return kind === 'http' || kind === 's3';
}
