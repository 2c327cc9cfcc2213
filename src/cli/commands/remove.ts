import { dirname } from 'node:path';
import { EXIT, FettleError } from '../../errors/index.js';
import {
  removeEntries,
  type LuaHost,
  type ManifestText,
  type Options,
  type PackageRequest,
} from '../../manifest/index.js';
import { editFile } from '../../project/index.js';
import { nearestName } from '../../support/nearest-name.js';
import type { Invocation } from '../invocation.js';
import { manifestFileOf } from '../manifest-file.js';
import { idOf, loadEntries, luaHostOf, verifyEdit, type LoadedEntry } from '../manifest-edits.js';
import { namesOfId } from '../package-names.js';
import { sayLog } from '../say.js';
import { whoNeeds } from '../who-needs.js';

/** What `remove --json` tells of a package. */
interface Removed {
  readonly identity: string;
  readonly options: Options;
  /** Packages that need it, so that it is installed all the same. */
  readonly needed_by: readonly string[];
}

/** `fettle remove NAME…`: takes packages out of the manifest. */
export async function remove(
  invocation: Invocation,
  names: readonly string[],
  options: { readonly json?: boolean },
): Promise<number> {
  const file = manifestFileOf(invocation);
  const luaHost = luaHostOf(invocation);
  const places = { manifestDir: dirname(file), shippedDir: invocation.shippedDir, luaHost };
  let requests: readonly PackageRequest[] = [];
  let left: readonly PackageRequest[] = [];
  await editFile(file, (bytes) => {
    const result = removeAll({ file, bytes }, names, luaHost);
    ({ requests, left } = result);
    return result.bytes;
  });
  const removed = requests.map((request) => ({
    identity: request.identity.text,
    options: request.options,
    needed_by: whoNeeds(request.identity.text, left, places),
  }));
  if (options.json === true) invocation.streams.out(`${JSON.stringify({ manifest: file, packages: removed })}\n`);
  tell(invocation, file, requests, removed);
  return EXIT.ok;
}

interface Removal {
  readonly bytes: Uint8Array;
  readonly requests: readonly PackageRequest[];
  readonly left: readonly PackageRequest[];
}

function removeAll(manifest: ManifestText, names: readonly string[], luaHost: LuaHost): Removal {
  const { file } = manifest;
  const requests: PackageRequest[] = [];
  let { bytes } = manifest;
  for (const name of names) {
    const request = requestCalled(loadEntries(file, bytes, luaHost), name, file);
    bytes = withoutPackage({ file, bytes }, idOf(request), luaHost);
    requests.push(request);
  }
  return { bytes, requests, left: loadEntries(file, bytes, luaHost).map((entry) => entry.request) };
}

/** The same entry may stand there more than once. */
function withoutPackage({ file, bytes }: ManifestText, id: string, luaHost: LuaHost): Uint8Array {
  const entries = loadEntries(file, bytes, luaHost);
  const indices = entries.flatMap(({ request, index }) => (idOf(request) === id ? [index] : []));
  if (indices.length === 0) return bytes;
  const edited = withoutPackage({ file, bytes: removeEntries({ file, bytes }, indices) }, id, luaHost);
  const others = entries.map(({ request }) => idOf(request)).filter((each) => each !== id);
  verifyEdit(file, edited, new Set(others), luaHost);
  return edited;
}

/** @throws FettleError E_UNKNOWN_PACKAGE, E_AMBIGUOUS_PACKAGE */
function requestCalled(entries: readonly LoadedEntry[], name: string, manifest: string): PackageRequest {
  const called = entries.filter(({ request }) => namesOfId(idOf(request)).includes(name)).map(({ request }) => request);
  const [first] = called;
  if (!first) throw unknownPackage(entries, name, manifest);
  const ids = [...new Set(called.map(idOf))];
  if (ids.length === 1) return first;
  throw new FettleError('E_AMBIGUOUS_PACKAGE', `${name} could be more than one package of the manifest`, {
    facts: { candidates: ids },
    hint: 'Write the whole id, with its options, as the candidates show it.',
  });
}

function unknownPackage(entries: readonly LoadedEntry[], name: string, manifest: string): FettleError {
  const ids = entries.map(({ request }) => idOf(request));
  const nearest = nearestName(name, ids.flatMap(namesOfId));
  return new FettleError('E_UNKNOWN_PACKAGE', `the manifest has no package ${name}`, {
    facts: { name, manifest, known: ids.length > 0 ? ids : 'none' },
    ...(nearest !== undefined && { hint: `Did you mean "${nearest}"?` }),
  });
}

function tell(
  invocation: Invocation,
  file: string,
  requests: readonly PackageRequest[],
  removed: readonly Removed[],
): void {
  for (const [index, request] of requests.entries()) {
    const neededBy = removed[index]?.needed_by ?? [];
    sayLog(invocation, 'info', `removed ${idOf(request)} from ${file}`);
    if (neededBy.length > 0) {
      sayLog(invocation, 'info', `  it stays as a dependency, for these need it: ${neededBy.join(', ')}`);
    }
  }
  sayLog(invocation, 'info', 'run "fettle sync" to take it out of the environment');
}
