import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { FettleError } from '../errors/index.js';

const PIECE_BYTES = 64 * 1024;
const NEWLINE = 0x0a;
const NOTHING = Buffer.alloc(0);

/** C's fopen modes as Lua takes them; `b` makes no difference. */
const MODES: Readonly<Record<string, number>> = {
  r: constants.O_RDONLY,
  w: constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC,
  a: constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND,
  'r+': constants.O_RDWR,
  'w+': constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC,
  'a+': constants.O_RDWR | constants.O_CREAT | constants.O_APPEND,
};

/** A file that Lua code has open. Synchronous, as Lua's io is; reads by pieces, never the whole file at once unless asked. */
export class OpenFile implements Disposable {
  #descriptor: number | null;
  /** Offset of the first byte not yet taken from the file; what is in `#ahead` has been taken. */
  #offset = 0;
  #ahead: Buffer = NOTHING;
  readonly #appends: boolean;

  /** @throws FettleError E_CTX_ARGUMENT for an unknown mode; Node's system error when the file cannot be opened */
  constructor(
    readonly path: string,
    mode: string,
  ) {
    const plain = mode.replace('b', '');
    const flags = Object.hasOwn(MODES, plain) ? MODES[plain] : undefined;
    if (flags === undefined) {
      throw new FettleError('E_CTX_ARGUMENT', `bad argument #2 to io.open (invalid mode "${mode}")`, {
        facts: { mode },
      });
    }
    this.#appends = (flags & constants.O_APPEND) !== 0;
    this.#descriptor = openSync(path, flags, 0o666);
  }

  get isOpen(): boolean {
    return this.#descriptor !== null;
  }

  /** The next line, null at the end of the file. */
  readLine(withNewline: boolean): Uint8Array | null {
    let end = this.#ahead.indexOf(NEWLINE);
    while (end < 0) {
      const searched = this.#ahead.length;
      if (!this.#readPiece()) break;
      end = this.#ahead.indexOf(NEWLINE, searched);
    }
    if (end >= 0) {
      const line = this.#take(end + 1);
      return withNewline ? line : line.subarray(0, -1);
    }
    return this.#ahead.length > 0 ? this.#take(this.#ahead.length) : null;
  }

  /** Up to `count` bytes, null at the end of the file. */
  read(count: number): Uint8Array | null {
    while (this.#ahead.length < count && this.#readPiece());
    if (this.#ahead.length === 0 && (count > 0 || !this.#readPiece())) return null;
    return this.#take(Math.min(count, this.#ahead.length));
  }

  /** What is left; empty at the end of the file. */
  readAll(): Uint8Array {
    const pieces = [this.#take(this.#ahead.length)];
    while (this.#readPiece()) pieces.push(this.#take(this.#ahead.length));
    return Buffer.concat(pieces);
  }

  write(bytes: Uint8Array): void {
    const position = this.#position;
    this.#forgetAhead();
    let written = 0;
    while (written < bytes.length) {
      const at = this.#appends ? null : position + written;
      written += writeSync(this.#handle(), bytes, written, bytes.length - written, at);
    }
    this.#offset = this.#appends ? fstatSync(this.#handle()).size : position + written;
  }

  /** Moves to `offset` bytes from the start, the present place or the end; returns the new place. */
  seek(whence: 'set' | 'cur' | 'end', offset: number): number {
    const from = { set: 0, cur: this.#position, end: fstatSync(this.#handle()).size }[whence];
    if (from + offset < 0)
      throw new FettleError('E_FILE', 'A file has no place before its start.', { facts: { path: this.path } });
    this.#forgetAhead();
    this.#offset = from + offset;
    return this.#offset;
  }

  close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
    this.#ahead = NOTHING;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  get #position(): number {
    return this.#offset - this.#ahead.length;
  }

  #forgetAhead(): void {
    this.#offset = this.#position;
    this.#ahead = NOTHING;
  }

  #readPiece(): boolean {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    const length = readSync(this.#handle(), piece, 0, PIECE_BYTES, this.#offset);
    this.#offset += length;
    this.#ahead = Buffer.concat([this.#ahead, piece.subarray(0, length)]);
    return length > 0;
  }

  #take(length: number): Buffer {
    const taken = this.#ahead.subarray(0, length);
    this.#ahead = this.#ahead.subarray(length);
    return taken;
  }

  #handle(): number {
    if (this.#descriptor !== null) return this.#descriptor;
    throw new FettleError('E_FILE', 'attempt to use a closed file', { facts: { path: this.path } });
  }
}
