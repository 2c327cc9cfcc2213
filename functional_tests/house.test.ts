import { expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CHECKER = join(ROOT, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

/** A copy of what the checker reads, so that violations can be planted. */
async function copyOfTheHouse(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'fettle-'));
  for (const part of ['src', 'package.json', 'tsconfig.json', '.config']) {
    await cp(join(ROOT, part), join(path, part), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(path, 'node_modules'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

async function plant(house: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(house, name)), { recursive: true });
    await writeFile(join(house, name), text);
  }
}

/** Rule names by the planted file that breaks them; a circle is told once, by its first file. The checker's exit code is the number of violations. */
async function violationsOf(house: string): Promise<Record<string, string[]>> {
  const args = [
    CHECKER,
    '--config',
    '.config/dependency-cruiser.cjs',
    '--output-type',
    'json',
    'src',
    'functional_tests',
  ];
  const stdout = await new Promise<string>((resolve) => {
    execFile(process.execPath, args, { cwd: house, maxBuffer: 1 << 28 }, (_error, text) => {
      resolve(text);
    });
  });
  const report = JSON.parse(stdout) as { summary: { violations: Violation[] } };
  const planted = report.summary.violations.filter(({ from }) => from.includes('planted'));
  const byFile: Record<string, string[]> = {};
  for (const { from, rule } of planted) byFile[from] = [...(byFile[from] ?? []), rule.name];
  return byFile;
}

test('the import law is enforced, types included', async () => {
  await using house = await copyOfTheHouse();
  await plant(house.path, {
    'src/errors/planted-upward.ts': "export type { Phase } from '../events/index.js';\n",
    'src/cache/planted-deep.ts': "export type { ScriptRequest } from '../process/script.js';\n",
    'src/archive/planted-lock.ts': "export { lock } from 'proper-lockfile';\n",
    'src/report/planted-view.ts': "export { render } from 'ink';\n",
    'src/lua/planted-a.ts': "import type { B } from './planted-b.js';\nexport type A = B | 1;\n",
    'src/lua/planted-b.ts': "import type { A } from './planted-a.js';\nexport type B = A | 2;\n",
    'src/attic/planted-room.ts': 'export const attic = 1;\n',
    'src/engine/planted-guest.ts': "export { attic } from '../attic/planted-room.js';\n",
    'functional_tests/planted-inside.ts': "export { EXIT } from '../src/errors/index.js';\n",
    'src/engine/planted-lawful.ts':
      "export { EventBus } from '../events/index.js';\nexport { Semaphore } from '../support/semaphore.js';\n",
  });
  const found = await violationsOf(house.path);
  expect(found).toEqual({
    'src/errors/planted-upward.ts': ['room-order-errors'],
    'src/cache/planted-deep.ts': ['through-the-front-door'],
    'src/archive/planted-lock.ts': ['owned-proper-lockfile'],
    'src/report/planted-view.ts': ['owned-ink'],
    'src/lua/planted-a.ts': ['no-cycles'],
    'src/engine/planted-guest.ts': expect.arrayContaining(['known-rooms-only']),
    'functional_tests/planted-inside.ts': ['functional-tests-use-the-command'],
  });
});
