import { FettleError } from '../errors/index.js';
import type { OpenFile } from './open-file.js';
import type { LuaValue } from './values.js';

type ReadValue = Uint8Array | number | null;

/** Reads what Lua's `file:read` formats ask for; stops at the first that finds nothing. No format means a line. */
export function readFormats(file: OpenFile, formats: readonly LuaValue[]): ReadValue[] {
  const results: ReadValue[] = [];
  for (const format of formats.length === 0 ? ['l'] : formats) {
    const value = readFormat(file, format);
    results.push(value);
    if (value === null) break;
  }
  return results;
}

function readFormat(file: OpenFile, format: LuaValue): ReadValue {
  if (typeof format === 'number') return file.read(Math.max(0, Math.floor(format)));
  // Lua 5.2 wrote "*l"; both are in use.
  switch (typeof format === 'string' ? format.replace(/^\*/, '')[0] : undefined) {
    case 'l':
      return file.readLine(false);
    case 'L':
      return file.readLine(true);
    case 'a':
      return file.readAll();
    case 'n':
      return readNumber(file);
    default:
      throw new FettleError('E_CTX_ARGUMENT', 'bad argument to file:read (invalid format)', {
        facts: typeof format === 'string' ? { format } : {},
        hint: 'Formats are "l", "L", "a", "n" and a number of bytes.',
      });
  }
}

/** Takes blanks and the longest text that can be a numeral; null when it is none. */
function readNumber(file: OpenFile): number | null {
  let text = '';
  for (let byte = file.read(1); byte !== null; byte = file.read(1)) {
    const next = text + String.fromCharCode(byte[0] ?? 0);
    if (!/^\s*[-+]?[0-9a-fA-FxX.]*(?:[eEpP][-+]?\d*)?$/.test(next)) {
      file.seek('cur', -1);
      break;
    }
    text = next;
  }
  const value = text.trim() === '' ? Number.NaN : Number(text.trim());
  return Number.isNaN(value) ? null : value;
}
