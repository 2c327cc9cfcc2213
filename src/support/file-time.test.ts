import { expect, test } from '@jest/globals';
import { statSync, utimesSync } from 'node:fs';
import { fileTime } from './file-time.js';
import { TemporaryFolder } from './temporary-folder-rig.js';

test.each([1_000_000_000.5, 0, -0.25, -86_400, -(2 ** 31)])(
  'a file gets the time %p, before 1970 as well',
  (seconds) => {
    using folder = new TemporaryFolder();
    const file = folder.write('file', 'x');
    utimesSync(file, fileTime(seconds), fileTime(seconds));
    expect(statSync(file).mtimeMs).toBe(seconds * 1000);
  },
);
