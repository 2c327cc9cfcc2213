import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMPARED_VARIABLES } from './write-answers.js';

const SOURCES = fileURLToPath(new URL('..', import.meta.url));

/** Variables of fettle that change no answer of the entry. */
const WITHOUT_EFFECT = [
  // The entry itself asks for it.
  'MANIFEST',
  // What fettle tells programs, and reads only where a shell or a hook is concerned.
  ...['PROJECT_DIR', 'ACTIVE', 'DIFF', 'SHELL_PROJECT'],
  ...['STAGE_DIR', 'INSTALL_DIR', 'IDENTITY', 'FETCH_DIR', 'DEP_', 'END_OF_VALUE'],
  // Who downloads, extracts or seals nothing has no use for these.
  ...['MIRRORS', 'MIRRORS_FILE', 'CONNECTIONS', 'CONNECTIONS_PER_HOST', 'CONNECT_TIMEOUT', 'STALL_TIMEOUT'],
  ...['RETRIES', 'RETRY_PAUSE', 'TOKEN_', 'EXTRACT_MAX_SIZE', 'EXTRACT_MAX_RATIO', 'EXTRACT_MAX_ENTRIES'],
  ...['SIGSTORE_TRUSTED_ROOT', 'NO_FSYNC'],
];

test('every variable of fettle is compared by the entry, or known to change nothing', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.tsx?$/.test(name) && !name.includes('.test.') && !name.includes('-rig.'),
  );
  const found = files.flatMap((name) => readFileSync(join(SOURCES, name), 'utf8').match(/FETTLE_[A-Z_]+/g) ?? []);
  const known = [...COMPARED_VARIABLES, ...WITHOUT_EFFECT.map((name) => `FETTLE_${name}`)];
  expect([...new Set(found)].filter((name) => !known.includes(name))).toEqual([]);
});
