import { createHash, createPublicKey, verify } from 'node:crypto';

/** Ed25519, the only kind there is. */
const ALGORITHM = 1;
/** What stands before the 32 bytes of an Ed25519 key in DER (RFC 8410). */
const DER_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

export interface NoteKey {
  /** Undefined: whatever name the note is signed under; the key's hash binds the name all the same. */
  readonly name: string | undefined;
  /** The algorithm's byte, then the key. */
  readonly bytes: Buffer;
}

/** Reads `name+hash+base64`. @returns undefined when it is none, or its hash is not that of name and key */
export function parseNoteKey(text: string): NoteKey | undefined {
  const [, name = '', hash = '', base64 = ''] = /^([^+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text) ?? [];
  const bytes = Buffer.from(base64, 'base64');
  return isKey(bytes) && keyHash(name, bytes).toString('hex') === hash ? { name, bytes } : undefined;
}

/**
 * Checks the signature of a note: text, a blank line, and lines `— name base64`, of which the key's counts.
 * Source: https://pkg.go.dev/golang.org/x/mod/sumdb/note
 * @returns the text that is signed, or undefined when the key did not sign it
 */
export function openNote(note: string, key: NoteKey): string | undefined {
  const end = note.lastIndexOf('\n\n');
  if (end === -1 || !isKey(key.bytes)) return undefined;
  const text = note.slice(0, end + 1);
  const publicKey = createPublicKey({
    key: Buffer.concat([DER_PREFIX, key.bytes.subarray(1)]),
    format: 'der',
    type: 'spki',
  });
  // The dash is written as an escape: the command's file is read byte by byte.
  for (const [, name = '', base64 = ''] of note.slice(end + 2).matchAll(/^\u2014 (\S+) (\S+)$/gm)) {
    const signature = Buffer.from(base64, 'base64');
    const isOurs = (key.name ?? name) === name && signature.subarray(0, 4).equals(keyHash(name, key.bytes));
    if (isOurs && verify(null, Buffer.from(text), publicKey, signature.subarray(4))) return text;
  }
  return undefined;
}

function isKey(bytes: Buffer): boolean {
  return bytes.length === 33 && bytes[0] === ALGORITHM;
}

function keyHash(name: string, bytes: Buffer): Buffer {
  return createHash('sha256').update(`${name}\n`).update(bytes).digest().subarray(0, 4);
}
