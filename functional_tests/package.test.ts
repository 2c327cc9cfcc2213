import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TYPESCRIPT = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

test('the declarations of the package are made with those that fettle wrote for packages without any', async () => {
  const config = join(ROOT, '.config', 'tsconfig.types.json');
  const run = promisify(execFile)(process.execPath, [TYPESCRIPT, '-p', config, '--listFilesOnly']);
  const compiled = (await run).stdout.split('\n').map((file) => relative(ROOT, file));
  const sources = await readdir(join(ROOT, 'src'), { recursive: true });
  const declared = sources.filter((file) => file.endsWith('.d.ts')).map((file) => join('src', file));
  expect(declared.length).toBeGreaterThan(0);
  expect(compiled).toEqual(expect.arrayContaining(declared));
});
