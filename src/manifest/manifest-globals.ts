/** What fettle reads of a manifest. */
export const MANIFEST_GLOBALS = ['packages', 'default_shell', 'platforms', 'strict'] as const;
