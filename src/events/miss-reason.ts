/** What a package is not in the cache for. The groups of key inputs come in the order in which they are told. */
export const MISS_KINDS = [
  'first-build',
  'programmatic',
  'lost',
  'damaged',
  'quarantined',
  'evicted',
  'layout',
  'platform',
  'recipe',
  'file',
  'option',
  'env',
  'shell',
  'choice',
  'source',
  'download',
  'dependency',
  'input',
] as const;
export type MissKind = (typeof MISS_KINDS)[number];

/** One reason why a package is not in the cache. */
export interface MissReason {
  readonly kind: MissKind;
  /** Of the option, the variable, the file, the dependency (its id), …; null where the kind says all. */
  readonly name: string | null;
  /** Null for what was not there; digests where there is nothing better. */
  readonly before: unknown;
  readonly after: unknown;
  /** The first line that is another one now, where the earlier text is known. */
  readonly location: { readonly file: string; readonly line: number } | null;
  /** What is different about a dependency, as far as that is known. */
  readonly because: readonly MissReason[];
  /** All of it in one line, for people. */
  readonly text: string;
}
