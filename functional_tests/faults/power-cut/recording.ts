import { readFile } from 'node:fs/promises';

export type NodeKind = 'file' | 'folder' | 'symlink';

/** A file or folder as it was on the disk. */
export interface SeenNode {
  /** Relative to the path that was looked at; empty for itself. */
  readonly path: string;
  readonly kind: NodeKind;
  readonly mode: number;
  /** Of a file; the target of a symbolic link. */
  readonly content: Buffer;
}

/** One operation that changed files, or put them on the disk for good. */
export interface Operation {
  /** The recorder's clock when it began and when it had ended. */
  readonly started: number;
  readonly ended: number;
  readonly kind: 'change' | 'flush' | 'rename' | 'link';
  /** The function of node:fs. */
  readonly name: string;
  readonly paths: readonly string[];
  /** What each path held right after it; no nodes where nothing was. */
  readonly seen: readonly { readonly path: string; readonly nodes: readonly SeenNode[] }[];
}

type LoggedNode = readonly [path: string, kind: NodeKind, mode: number, content: string];

/** The operations that recorder.cjs has logged, in the order in which they ended. */
export async function readRecording(file: string): Promise<readonly Operation[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter(Boolean);
  const operations = lines.map(
    (line) => JSON.parse(line) as Omit<Operation, 'seen'> & { seen: { path: string; nodes: LoggedNode[] }[] },
  );
  return operations
    .map((operation) => ({
      ...operation,
      seen: operation.seen.map(({ path, nodes }) => ({ path, nodes: nodes.map(seenNode) })),
    }))
    .sort((one, other) => one.ended - other.ended);
}

function seenNode([path, kind, mode, content]: LoggedNode): SeenNode {
  return { path, kind, mode, content: Buffer.from(content, kind === 'symlink' ? 'utf8' : 'base64') };
}
