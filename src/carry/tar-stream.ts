import { sep } from 'node:path';
import type * as Tar from 'tar';

const BLOCK = 512;
/** Small pieces are joined: headers are of one block, and most files are short. */
const PIECE = 256 * 1024;

/** One thing to be put into a tar. */
export interface TarItem {
  /** Relative, with the separators of this system. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'symlink' | 'hard link';
  readonly mode: number;
  /** Milliseconds since the epoch; a tar keeps whole seconds. */
  readonly modified: number;
  /** Of files: bytes of the content. */
  readonly size?: number;
  /** Of links: the target, for hard links an earlier path. */
  readonly target?: string;
  readonly content?: AsyncIterable<Buffer> | Iterable<Buffer>;
}

const TYPES = { file: 'File', folder: 'Directory', symlink: 'SymbolicLink', 'hard link': 'Link' } as const;

/**
 * A tar of items, in their order: POSIX headers, pax records where a name does not fit, owner 0, and nothing of this
 * machine, so the same items make the same bytes.
 */
export async function* tarStream(items: AsyncIterable<TarItem>): AsyncGenerator<Buffer> {
  const { Header, Pax } = await import('tar');
  yield* joined(
    (async function* () {
      for await (const item of items) {
        yield headerOf(item, { Header, Pax });
        yield* contentOf(item);
      }
      yield Buffer.alloc(2 * BLOCK);
    })(),
  );
}

function headerOf(item: TarItem, { Header, Pax }: Pick<typeof Tar, 'Header' | 'Pax'>): Buffer {
  const { kind, mode, modified, size = 0, target } = item;
  const path = item.path.split(sep).join('/');
  const fields = {
    ...{ path: kind === 'folder' ? `${path}/` : path, mode, size, uid: 0, gid: 0, uname: '', gname: '' },
    ...{ mtime: new Date(Math.floor(modified / 1000) * 1000), type: TYPES[kind] },
    ...(target !== undefined && { linkpath: kind === 'hard link' ? target.split(sep).join('/') : target }),
  };
  const block = Buffer.alloc(BLOCK);
  const needsPax = new Header(fields).encode(block);
  if (!needsPax) return block;
  const { path: whole, linkpath } = fields;
  return Buffer.concat([new Pax({ path: whole, size, ...(linkpath !== undefined && { linkpath }) }).encode(), block]);
}

/** @throws Error when the content is not as long as was said: then the rest of the tar would be read wrongly */
async function* contentOf({ path, size = 0, content = [] }: TarItem): AsyncGenerator<Buffer> {
  let left = size;
  for await (const chunk of content) {
    left -= chunk.length;
    if (left < 0) break;
    yield chunk;
  }
  if (left !== 0) throw new Error(`${path} does not have the ${String(size)} bytes it is to have`);
  const padding = (BLOCK - (size % BLOCK)) % BLOCK;
  if (padding > 0) yield Buffer.alloc(padding);
}

async function* joined(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    held.push(chunk);
    bytes += chunk.length;
    if (bytes < PIECE) continue;
    yield Buffer.concat(held);
    held = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(held);
}
