import { asLoadingFailure } from '../errors/index.js';
import type { LogLevel } from '../events/index.js';
import { loadManifest, type Manifest } from '../manifest/index.js';
import { luaCpuLimitOf, type Invocation } from './invocation.js';
import { manifestFileOf } from './manifest-file.js';
import { sayLog } from './say.js';

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
