/** What a manifest is called. */
export const MANIFEST_NAME = 'fettle.lua';
