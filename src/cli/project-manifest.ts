import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { asLoadingFailure, FettleError, hasCode } from '../errors/index.js';
import type { LogLevel } from '../events/index.js';
import { loadManifest, requireManifest, type Manifest } from '../manifest/index.js';
import { luaCpuLimitOf, type Invocation } from './invocation.js';
import { sayLog } from './say.js';

/**
 * The manifest's path: --manifest, else the nearest fettle.lua.
 * @throws FettleError E_NO_MANIFEST
 */
export function manifestFileOf({ host, globals }: Invocation): string {
  if (globals.manifest !== undefined) return resolve(host.cwd, globals.manifest);
  return requireManifest(host.cwd);
}

/** Loads the project's manifest and tells its warnings. @throws FettleError E_NO_MANIFEST, E_MANIFEST, … */
export function loadProjectManifest(invocation: Invocation): Manifest {
  const { host, version } = invocation;
  const file = manifestFileOf(invocation);
  const log = (level: LogLevel, message: string): void => {
    sayLog(invocation, level, message);
  };
  try {
    const manifest = loadManifest(file, { host, version, log, ...luaCpuLimitOf(invocation) });
    for (const warning of manifest.warnings) sayLog(invocation, 'warn', warning);
    return manifest;
  } catch (error) {
    throw asLoadingFailure(error, 'E_MANIFEST');
  }
}

/** @throws FettleError E_NO_MANIFEST */
export async function readManifestBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error;
    throw new FettleError('E_NO_MANIFEST', `there is no manifest ${file}`, { facts: { path: file }, cause: error });
  }
}
