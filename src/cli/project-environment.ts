import { FettleError } from '../errors/index.js';
import {
  composeEnvironment,
  manifestChanged,
  readEnvironment,
  type ComposedEnvironment,
  type EnvironmentRecord,
} from '../project/index.js';
import type { Invocation } from './invocation.js';
import { manifestFileOf, readManifestBytes } from './manifest-file.js';
import { sayLog } from './say.js';
import { dirname } from 'node:path';

/**
 * The environment that the last sync wrote; neither Lua nor the cache is needed for it. Says so when the manifest has
 * changed since.
 * @throws FettleError E_NO_MANIFEST, E_NOT_SYNCED
 */
export async function projectEnvironment(invocation: Invocation): Promise<ComposedEnvironment> {
  return composeEnvironment(await projectRecord(invocation));
}

/** The record that the last sync wrote, on the same terms. */
export async function projectRecord(invocation: Invocation): Promise<EnvironmentRecord> {
  const file = manifestFileOf(invocation);
  const bytes = readManifestBytes(file);
  const record = readEnvironment(dirname(file));
  if (!record) {
    throw new FettleError('E_NOT_SYNCED', 'this project has no environment yet', {
      facts: { manifest: file },
      hint: 'Run "fettle sync" first.',
    });
  }
  if (manifestChanged(record, bytes)) {
    sayLog(invocation, 'warn', `${file} is not what the last complete sync used; run "fettle sync"`);
  }
  return record;
}
