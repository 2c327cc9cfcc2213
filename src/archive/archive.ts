/** Those without `tar` in the second row are single compressed files. */
export const ARCHIVE_FORMATS = [
  ...(['tar', 'tar.gz', 'tar.bz2', 'tar.xz', 'tar.zst', 'zip', 'deb'] as const),
  ...(['gz', 'bz2', 'xz', 'zst'] as const),
] as const;

export type ArchiveFormat = (typeof ARCHIVE_FORMATS)[number];
