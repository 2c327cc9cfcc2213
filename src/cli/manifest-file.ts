import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { FettleError, hasCode } from '../errors/index.js';
import { requireManifest } from '../project/index.js';
import type { Invocation } from './invocation.js';

/**
 * The manifest's path: --manifest, else the nearest fettle.lua.
 * @throws FettleError E_NO_MANIFEST
 */
export function manifestFileOf({ host, globals }: Invocation): string {
  if (globals.manifest !== undefined) return resolve(host.cwd, globals.manifest);
  return requireManifest(host.cwd);
}

/** @throws FettleError E_NO_MANIFEST */
export function readManifestBytes(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
    throw new FettleError('E_NO_MANIFEST', `there is no manifest ${file}`, { facts: { path: file }, cause: error });
  }
}
