import { FettleError, type Fact } from '../errors/index.js';
import { EXPORT_VERSION, INDEX_NAME } from './format.js';

const GET_IT_AGAIN = 'Nothing of it was imported. Get the archive again, or make it anew with "fettle export".';

/** Something in an archive that calls itself an export is not as any export is. */
export function damaged(archive: string, reason: string, facts: Readonly<Record<string, Fact>> = {}): FettleError {
  return new FettleError('E_IMPORT', `The export is damaged: ${reason}.`, {
    facts: { archive, ...facts },
    hint: GET_IT_AGAIN,
  });
}

/** Something in an archive has other content than what was exported. */
export function changed(archive: string, what: string, facts: Readonly<Record<string, Fact>>): FettleError {
  return new FettleError('E_CHECKSUM', `${what} is not what was exported.`, {
    facts: { archive, ...facts },
    hint: GET_IT_AGAIN,
  });
}

export function notAnExport(archive: string): FettleError {
  return new FettleError('E_IMPORT', 'The archive is no export of fettle.', {
    facts: { archive, expected: INDEX_NAME },
    hint: 'Make one with "fettle export".',
  });
}

export function tooNew(archive: string, version: number): FettleError {
  return new FettleError('E_IMPORT', 'The export was made by a newer fettle.', {
    facts: { archive, expected: `version ${String(EXPORT_VERSION)}`, got: `version ${String(version)}` },
    hint: 'Update fettle here, or make the export with this version of fettle.',
  });
}

export function ofOtherPlatform(archive: string, expected: string, got: string): FettleError {
  return new FettleError('E_IMPORT', `The export is for ${got}, and this machine is ${expected}.`, {
    facts: { archive, expected, got },
    hint: 'Make the export on a machine of the same platform.',
  });
}
