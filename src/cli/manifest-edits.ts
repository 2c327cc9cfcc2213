import { FettleError } from '../errors/index.js';
import { loadManifestText, packageId, type LuaHost, type Manifest, type PackageRequest } from '../manifest/index.js';
import { luaCpuLimitOf, type Invocation } from './invocation.js';

/** An entry of a loaded manifest, and where it stands in `packages`, counted from 0. */
export interface LoadedEntry {
  readonly request: PackageRequest;
  readonly index: number;
}

/** What running manifests and recipes for an edit needs; what they print is dropped. */
export function luaHostOf(invocation: Invocation): LuaHost {
  const { host, version } = invocation;
  return { host, version, ...luaCpuLimitOf(invocation) };
}

/** The entries of a manifest for all platforms; of equal ones only the first. @throws FettleError as loadManifest */
export function loadEntries(file: string, bytes: Uint8Array, luaHost: LuaHost): readonly LoadedEntry[] {
  const manifest = loadManifestText(file, bytes, luaHost);
  manifest.state?.close();
  return entriesOf(manifest);
}

/**
 * Makes sure that an edited manifest loads and holds just what it is to hold: code in it may have its own way with
 * the list.
 * @param expected ids
 * @throws FettleError with the code of what is wrong
 */
export function verifyEdit(file: string, bytes: Uint8Array, expected: ReadonlySet<string>, luaHost: LuaHost): void {
  const ids = new Set(entriesAfter(file, bytes, luaHost).map(({ request }) => idOf(request)));
  const wrong = [...expected].find((id) => !ids.has(id)) ?? [...ids].find((id) => !expected.has(id));
  if (wrong === undefined) return;
  throw new FettleError(
    'E_MANIFEST',
    `Nothing was written: the manifest would ${ids.has(wrong) ? '' : 'not '}have ${wrong}.`,
    {
      facts: { manifest: file },
      hint: 'Code in the manifest changes its packages. Edit it by hand.',
    },
  );
}

export function idOf({ identity, options }: PackageRequest): string {
  return packageId(identity, options);
}

function entriesOf({ packages, otherPlatforms }: Manifest): readonly LoadedEntry[] {
  return [...packages, ...otherPlatforms].map((request) => ({
    request,
    index: Number(/^packages\[(\d+)\]$/.exec(request.declaredIn.field)?.[1]) - 1,
  }));
}

/** What is wrong with the new text has no line in the file yet. */
function entriesAfter(file: string, bytes: Uint8Array, luaHost: LuaHost): readonly LoadedEntry[] {
  try {
    return loadEntries(file, bytes, luaHost);
  } catch (error) {
    if (!(error instanceof FettleError)) throw error;
    const { code, message, facts, hint } = error;
    throw new FettleError(code, `Nothing was written: ${message}`, {
      facts,
      ...(hint !== undefined && { hint }),
      location: { file },
      cause: error,
    });
  }
}
