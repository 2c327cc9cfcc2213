import { isUtf8 } from 'node:buffer';

/** A keyword and its value, in the order in which they stand. */
export type PaxRecord = readonly [keyword: string, value: string];

const BLANK = 0x20;
const NEWLINE = 0x0a;
const LONGEST_LENGTH = 20;

/**
 * The records of a pax extended header (POSIX.1-2001): `LENGTH KEYWORD=VALUE\n`, where LENGTH counts the bytes of the
 * whole record. Values may hold newlines, so only the length tells where one ends.
 * @throws Error
 */
export function parsePaxRecords(body: Buffer): readonly PaxRecord[] {
  const records: PaxRecord[] = [];
  for (let offset = 0; offset < body.length;) {
    const end = offset + recordLength(body, offset);
    if (end > body.length || body[end - 1] !== NEWLINE) throw damaged();
    records.push(parseRecord(body.subarray(body.indexOf(BLANK, offset) + 1, end - 1)));
    offset = end;
  }
  return records;
}

function recordLength(body: Buffer, offset: number): number {
  const blank = body.subarray(offset, offset + LONGEST_LENGTH).indexOf(BLANK);
  const digits = blank === -1 ? '' : body.toString('latin1', offset, offset + blank);
  const length = Number(digits);
  // The shortest record there is: its length, a blank, a keyword of one letter, `=` and the newline.
  if (!/^[0-9]+$/.test(digits) || length < digits.length + 4) throw damaged();
  return length;
}

function parseRecord(record: Buffer): PaxRecord {
  const equals = record.indexOf('=');
  if (equals < 1) throw damaged();
  return [text(record.subarray(0, equals)), text(record.subarray(equals + 1))];
}

/** As names in header blocks, but for NULs: a value may hold them, and a name with one is refused later. */
function text(bytes: Buffer): string {
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}

function damaged(): Error {
  return new Error('an extended header is damaged');
}
