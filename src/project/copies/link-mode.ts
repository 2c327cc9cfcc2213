/** How a project's private copies are made. `none`: it uses the packages where they lie in the cache. */
export const LINK_MODES = ['none', 'auto', 'reflink', 'hardlink', 'copy'] as const;

export type LinkMode = (typeof LINK_MODES)[number];

/** How the files of one copy came to be. */
export type CopyKind = Exclude<LinkMode, 'none' | 'auto'>;

/** The kinds that a mode allows, the best one first. */
export function kindsOf(mode: Exclude<LinkMode, 'none'>): readonly [CopyKind, ...CopyKind[]] {
  return mode === 'auto' ? ['reflink', 'hardlink', 'copy'] : [mode];
}
