/** A tar that is written field by field, so that every field can lie. */
export interface RawTarEntry {
  readonly name?: string;
  readonly type?: string;
  readonly content?: string | Uint8Array;
  /** What the header states; default: the size of the content. A string is written as it is. */
  readonly size?: number | string | Buffer;
  readonly link?: string;
  readonly mode?: number;
  readonly modified?: number | Buffer;
  /** The `ustar` field that comes before the name. */
  readonly prefix?: string;
  readonly magic?: string;
  /** A string is written as it is. */
  readonly checksum?: string;
  /** Bytes put at an offset of the header, before the checksum is made. */
  readonly patches?: readonly (readonly [offset: number, bytes: Uint8Array])[];
}

export const BLOCK = 512;
export const END_OF_TAR = Buffer.alloc(2 * BLOCK);
const USTAR = 'ustar\x0000';
const CHECKSUM_OFFSET = 148;

/** All entries, then the two blocks of zeros. */
export function rawTar(...entries: readonly (RawTarEntry | Buffer)[]): Buffer {
  return Buffer.concat([...entries.map((entry) => (Buffer.isBuffer(entry) ? entry : tarEntry(entry))), END_OF_TAR]);
}

/** One header with its content, filled up to a whole block. */
export function tarEntry(entry: RawTarEntry): Buffer {
  const content = Buffer.from(entry.content ?? '');
  return Buffer.concat([tarHeader(entry, content.length), padded(content)]);
}

export function padded(content: Uint8Array): Buffer {
  return Buffer.concat([content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]);
}

/** A pax header for the next entry (`x`), or for all that follow (`g`). */
export function pax(records: Readonly<Record<string, string>>, type: 'x' | 'g' = 'x'): Buffer {
  const content = Object.entries(records).map(([key, value]) => paxRecord(key, value));
  return tarEntry({ name: 'PaxHeader/entry', type, content: Buffer.concat(content) });
}

/** `length key=value\n`, where the length counts itself. */
export function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.from(` ${key}=${value}\n`);
  let length = rest.length;
  while (length !== rest.length + String(length).length) length = rest.length + String(length).length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

/** GNU's way to give the next entry a long name (`L`) or a long target (`K`). */
export function gnuLong(type: 'L' | 'K', text: string): Buffer {
  return tarEntry({ name: '././@LongLink', type, content: `${text}\0` });
}

/** A number in base 256, as GNU writes what octal digits have no room for; negative ones in two's complement. */
export function base256(value: bigint, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let rest = BigInt.asUintN(length * 8, value);
  for (let at = length - 1; at >= 0; at -= 1) {
    bytes[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  bytes[0] = value < 0n ? 0xff : (bytes[0] ?? 0) | 0x80;
  return bytes;
}

function tarHeader(entry: RawTarEntry, contentSize: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(entry.name ?? 'entry', 0, 100, 'utf8');
  putNumber(header, 100, 8, entry.mode ?? (entry.type === '5' ? 0o755 : 0o644));
  putNumber(header, 108, 8, 0);
  putNumber(header, 116, 8, 0);
  putNumber(header, 124, 12, entry.size ?? contentSize);
  putNumber(header, 136, 12, entry.modified ?? 1_000_000_000);
  header.write(entry.type ?? '0', 156, 1, 'latin1');
  header.write(entry.link ?? '', 157, 100, 'utf8');
  header.write(entry.magic ?? USTAR, 257, 8, 'latin1');
  header.write(entry.prefix ?? '', 345, 155, 'utf8');
  for (const [offset, bytes] of entry.patches ?? []) header.set(bytes, offset);
  header.write(entry.checksum ?? checksumOf(header), CHECKSUM_OFFSET, 8, 'latin1');
  return header;
}

function putNumber(header: Buffer, offset: number, length: number, value: number | string | Buffer): void {
  if (Buffer.isBuffer(value)) header.set(value, offset);
  else if (typeof value === 'string') header.write(value, offset, length, 'latin1');
  else header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, offset, length, 'latin1');
}

/** The sum of the header's bytes, its own field counted as blanks. */
function checksumOf(header: Buffer): string {
  const sum = Buffer.from(header).fill(' ', CHECKSUM_OFFSET, CHECKSUM_OFFSET + 8);
  return `${sum
    .reduce((total, byte) => total + byte, 0)
    .toString(8)
    .padStart(6, '0')}\0 `;
}
