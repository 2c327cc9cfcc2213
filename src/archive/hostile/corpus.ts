import { BOMBS } from './bombs.js';
import type { HostileArchive } from './hostile-archive.js';
import { KINDS } from './kinds.js';
import { LINKS } from './links.js';
import { NAMES } from './names.js';
import { TAR_EXTENSIONS } from './tar-extensions.js';
import { TAR_HEADERS } from './tar-headers.js';
import { ZIP_ENDS } from './zip-ends.js';
import { ZIP_RECORDS } from './zip-records.js';

export type { HostileArchive } from './hostile-archive.js';

/** Every archive, by theme. They are made when a test asks for them: none of them lies in the repository. */
export const CORPUS: Readonly<Record<string, readonly HostileArchive[]>> = {
  names: NAMES,
  links: LINKS,
  kinds: KINDS,
  'tar headers': TAR_HEADERS,
  'tar extensions': TAR_EXTENSIONS,
  'zip records': ZIP_RECORDS,
  'zip ends': ZIP_ENDS,
  bombs: BOMBS,
};
