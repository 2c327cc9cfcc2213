import { FettleError } from '../../errors/index.js';
import type { PackageNode } from '../graph.js';
import type { Run } from '../run.js';
import { fetchDeclared } from './fetch-declared.js';

/**
 * All that a run without network lacked, also what it did not come to: by packages that did not end well.
 * @returns undefined when that is not why the run failed, or when one package has told all of it
 */
export async function missingOffline(run: Run, nodes: readonly PackageNode[]): Promise<FettleError | undefined> {
  const unfinished = nodes.filter(({ outcome }) => outcome?.ok === false);
  const failed = unfinished.filter(({ outcome }) => outcome?.status === 'failed');
  const codes = failed.map(({ outcome }) => outcome?.error?.code);
  if (failed.length === 0 || !codes.every((code) => code === 'E_OFFLINE' || code === 'E_FETCH_FAILED'))
    return undefined;
  const { failures } = await fetchDeclared(run, unfinished);
  const missing = [
    ...new Set(failures.flatMap(({ id, error }) => offlineSources(error).map((each) => `${id}: ${each}`))),
  ];
  const isTold = missing.length === 1 && unfinished.length === 1;
  return missing.length === 0 || isTold ? undefined : offline(missing.sort());
}

function offline(missing: readonly string[]): FettleError {
  const subject = missing.length === 1 ? '1 thing is' : `${missing.length} things are`;
  return new FettleError('E_OFFLINE', `${subject} not in the cache, and fettle is offline.`, {
    facts: { missing },
    hint: 'Run "fettle fetch --all" where there is a network: it brings all that the manifest needs into the cache.',
  });
}

/** Several failed downloads are one error, whose cause has each. */
function offlineSources(error: FettleError): readonly string[] {
  const { cause } = error;
  const all: readonly unknown[] = cause instanceof AggregateError ? (cause.errors as unknown[]) : [error];
  return all.flatMap((each) =>
    each instanceof FettleError && each.code === 'E_OFFLINE' ? [String(each.facts['source'] ?? each.message)] : [],
  );
}
