import { expect } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { RunReport } from './run-report.js';
import type { World } from './world.js';

/** A mistake that somebody makes in a manifest or a recipe, and what fettle has to answer. */
export interface Mistake {
  /** The file that makes it; of a recipe, what stands below its identity, so that the first line is line 2. */
  readonly lua: string;
  readonly code: string;
  readonly message: string;
  /** Where the answer points to; undefined when no line can be known. */
  readonly line?: number;
  readonly hint?: string;
  /** Further lines that people read on stderr, blanks counting as one. */
  readonly facts?: readonly string[];
}

/** The recipe that wrong recipes are told about. */
export const WRONG = 'local.wrong@v1';

/** Syncs a manifest that is wrong, and sees that it is refused as a whole, with nothing done. */
export async function expectManifestRefused(world: World, mistake: Mistake): Promise<void> {
  const file = await world.manifest(mistake.lua);
  const report = new RunReport(await world.fettle(['sync', '--json']));
  expect(report.exitCode).toBe(3);
  expect(report.packages).toEqual([]);
  expectTold(report, report.error, { file, ...mistake });
  expect(await readdir(world.root)).not.toContain('cache');
}

/** Syncs a recipe that is wrong, and sees that it fails with nothing left in the cache. */
export async function expectRecipeRefused(world: World, mistake: Mistake, options = ''): Promise<RunReport> {
  const file = await world.recipe(WRONG, mistake.lua);
  await world.manifest(`packages = { { recipe = "${WRONG}"${options} } }`);
  const report = new RunReport(await world.fettle(['sync', '--json']));
  expect(report.exitCode).toBe(3);
  expect(report.packages).toMatchObject([{ identity: WRONG, status: 'failed', path: null }]);
  expectTold(report, report.package(WRONG).error, { file, ...mistake });
  await expectNothingKept(world);
  return report;
}

/** The cache has no entry, not even a half one. */
export async function expectNothingKept(world: World): Promise<void> {
  expect(await readdir(join(world.cache, 'assets'))).toEqual([]);
}

function expectTold(
  { result }: RunReport,
  error: RunReport['error'],
  { file, code, message, line, hint, facts = [] }: Mistake & { readonly file: string },
): void {
  expect(error).toMatchObject({ code, message, ...(hint !== undefined && { hint }) });
  const told = result.stderr.replace(/ +/g, ' ');
  expect(told).toContain(message);
  if (line !== undefined) {
    expect(error?.location).toMatchObject({ file, line });
    expect(told).toContain(`${file}:${line}\n`);
  }
  for (const each of [...(hint === undefined ? [] : [`hint: ${hint}`]), ...facts]) expect(told).toContain(each);
}
