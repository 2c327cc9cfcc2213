import { expect, test } from '@jest/globals';
import type { NpmRelease } from '../packument.js';
import { findLostProvenance } from './lost-provenance.js';

/** Versions with an asterisk have provenance. */
function releases(...versions: readonly string[]): ReadonlyMap<string, NpmRelease> {
  const all = versions.map((text) => {
    const version = text.replace('*', '');
    const provenance = text === version ? undefined : 'https://slsa.dev/provenance/v1';
    const attestations = { url: 'http://127.0.0.1:1/', provenance };
    return { version, signing: { integrity: '', signatures: [], attestations } } as unknown as NpmRelease;
  });
  return new Map(all.map((each) => [each.version, each]));
}

async function warning(version: string, ...versions: readonly string[]): Promise<string | undefined> {
  const all = releases(...versions);
  const release = all.get(version);
  if (!release) throw new TypeError(version);
  return findLostProvenance('kit', release, all);
}

test.each([
  ['nobody ever had any', '1.1.0', ['1.0.0', '1.1.0']],
  ['it has some', '1.1.0', ['1.0.0*', '1.1.0*']],
  ['only later versions have it', '1.0.1', ['1.0.0', '1.0.1', '2.0.0*']],
  ['only a pre-release has it', '1.1.0', ['1.1.0-rc.1*', '1.1.0']],
  ['its version is none', 'nightly', ['1.0.0*', 'nightly']],
  ['only what is no version has it', '1.0.0', ['nightly*', '1.0.0']],
])('a version is not suspicious when %s', async (_when, version, versions) => {
  expect(await warning(version, ...versions)).toBeUndefined();
});

test.each([
  ['the one before has it', '1.1.0', ['1.0.0*', '1.1.0'], '1.0.0'],
  ['an earlier one has it, and not the one before', '1.1.1', ['1.0.0*', '1.1.0', '1.1.1'], '1.0.0'],
  ['several earlier ones have it', '1.10.0', ['1.2.0*', '1.9.0*', '1.10.0'], '1.9.0'],
  ['a pre-release comes after one that has it', '1.1.0-rc.2', ['1.1.0-rc.1*', '1.1.0-rc.2'], '1.1.0-rc.1'],
])('a version without provenance is told of when %s', async (_when, version, versions, earlier) => {
  expect(await warning(version, ...versions)).toBe(
    `kit@${version} has no provenance, although kit@${earlier} has: see that its authors published it`,
  );
});
