import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { NodeKind, Operation, SeenNode } from './recording.js';

/** Nodes have numbers, as inodes have: a name is one thing, what it stands for another. */
export type NodeId = number;

/** What a name in a folder stands for from now on; null: nothing. */
export interface NameChange {
  readonly folder: NodeId;
  readonly name: string;
  readonly node: NodeId | null;
}

/** One step of a volume's history. */
export type Step =
  /** All of these at once, whatever happens. */
  | { readonly kind: 'names'; readonly changes: readonly NameChange[]; readonly at: number; readonly label: string }
  | {
      readonly kind: 'data';
      readonly node: NodeId;
      readonly content: Buffer;
      readonly mode: number;
      readonly at: number;
    }
  /** Puts on the disk what was done to this node, or to all of them, before the time `covers`. */
  | {
      readonly kind: 'flush';
      readonly node: NodeId | 'all';
      readonly covers: number;
      readonly at: number;
      readonly label: string;
    };

export interface VolumeNode {
  readonly kind: NodeKind;
}

/** What happened to a few folders, as steps from what was on the disk before. */
export class History {
  readonly nodes: VolumeNode[] = [];
  readonly steps: Step[] = [];
  /** Steps before this one are the state at the beginning: on the disk for good. */
  beginning = 0;
  readonly #names = new Map<NodeId, Map<string, NodeId>>();
  readonly #data = new Map<NodeId, { readonly content: Buffer; readonly mode: number }>();
  #now = 0;
  /** Renames and links of the recording. */
  #moves: readonly Operation[] = [];

  /** @param roots folders that are there, and whose own names are safe */
  private constructor(readonly roots: readonly string[]) {
    for (const _root of roots) this.#newNode('folder');
  }

  /** Starts with what is on the disk now. */
  static async of(roots: readonly string[]): Promise<History> {
    const history = new History(roots);
    for (const root of roots) history.#adopt(root, await nodesBelow(root));
    history.beginning = history.steps.length;
    return history;
  }

  /** Goes on with what was recorded since. */
  replay(operations: readonly Operation[]): this {
    this.#moves = operations.filter(({ kind }) => kind === 'rename' || kind === 'link');
    for (const operation of operations) {
      this.#now = operation.ended;
      if (operation.kind === 'rename') this.#rename(operation);
      else if (operation.kind === 'link') this.#link(operation);
      else for (const { path, nodes } of operation.seen) this.#adopt(path, nodes);
      if (operation.kind === 'flush') this.#flush(operation);
    }
    return this;
  }

  #flush({ paths, started, name }: Operation): void {
    const path = paths[0] ?? '';
    const node = name === 'syncfs' ? 'all' : this.#find(path);
    if (node === undefined) throw new Error(`${name} of ${path}, which is not there`);
    this.steps.push({ kind: 'flush', node, covers: started, at: this.#now, label: this.#short(path) });
  }

  #rename({ paths: [from = '', to = ''] }: Operation): void {
    const node = this.#find(from);
    if (node === undefined) throw new Error(`${from} was renamed and never made`);
    this.#change(`rename ${this.#short(from)} ${this.#short(to)}`, [
      { ...this.#slot(from), node: null },
      { ...this.#slot(to), node },
    ]);
  }

  #link({ paths: [existing = '', name = ''] }: Operation): void {
    const node = this.#find(existing);
    if (node === undefined) throw new Error(`${existing} was linked and never made`);
    this.#change(`link ${this.#short(name)}`, [{ ...this.#slot(name), node }]);
  }

  /** Makes the history agree with what was seen at a path; also what a program did that nobody watched shows here. */
  #adopt(path: string, seen: readonly SeenNode[]): void {
    const wanted = new Map(seen.map((node) => [node.path === '' ? path : join(path, node.path), node]));
    const gone = this.#pathsFrom(path).filter((known) => !wanted.has(known) && !this.#isBeingMoved(known));
    for (const known of gone.reverse()) {
      this.#change(`remove ${this.#short(known)}`, [{ ...this.#slot(known), node: null }]);
    }
    for (const [full, node] of wanted) if (!this.#isBeingMoved(full)) this.#adoptNode(full, node);
  }

  /** The disk may show a move already that has not ended, and comes later in the recording. */
  #isBeingMoved(path: string): boolean {
    const isUnderWay = ({ started, ended }: Operation): boolean => started < this.#now && this.#now < ended;
    return this.#moves.some(
      (move) => isUnderWay(move) && move.paths.some((moved) => path === moved || path.startsWith(`${moved}/`)),
    );
  }

  #adoptNode(path: string, { kind, mode, content }: SeenNode): void {
    let node = this.#find(path);
    if (node === undefined || this.nodes[node]?.kind !== kind) {
      node = this.#newNode(kind);
      this.#change(`make ${this.#short(path)}`, [{ ...this.#slot(path), node }]);
    }
    const known = this.#data.get(node);
    if (known?.mode === mode && known.content.equals(content)) return;
    this.#data.set(node, { content, mode });
    this.steps.push({ kind: 'data', node, content, mode, at: this.#now });
  }

  #change(label: string, changes: readonly NameChange[]): void {
    for (const { folder, name, node } of changes) {
      if (node === null) this.#names.get(folder)?.delete(name);
      else this.#names.get(folder)?.set(name, node);
    }
    this.steps.push({ kind: 'names', changes, at: this.#now, label });
  }

  #newNode(kind: NodeKind): NodeId {
    const id = this.nodes.push({ kind }) - 1;
    this.#names.set(id, new Map());
    return id;
  }

  #find(path: string): NodeId | undefined {
    const root = this.roots.indexOf(path);
    if (root >= 0) return root;
    const folder = path === dirname(path) ? undefined : this.#find(dirname(path));
    return folder === undefined ? undefined : this.#names.get(folder)?.get(basename(path));
  }

  /** The folder and name of a path. A folder that was seen by nobody so far has been made by now. */
  #slot(path: string): { readonly folder: NodeId; readonly name: string } {
    const parent = dirname(path);
    if (this.#find(parent) === undefined) {
      this.#adoptNode(parent, { path: '', kind: 'folder', mode: 0o755, content: Buffer.alloc(0) });
    }
    const folder = this.#find(parent);
    if (folder === undefined) throw new Error(`${path} is below no watched folder`);
    return { folder, name: basename(path) };
  }

  #pathsFrom(path: string): string[] {
    const node = this.#find(path);
    if (node === undefined) return [];
    const below = [...(this.#names.get(node)?.keys() ?? [])].flatMap((name) => this.#pathsFrom(join(path, name)));
    return [path, ...below];
  }

  #short(path: string): string {
    const root = this.roots.find((candidate) => path === candidate || path.startsWith(`${candidate}/`)) ?? '';
    return join(basename(root), path.slice(root.length));
  }
}

async function nodesBelow(path: string, relative = ''): Promise<readonly SeenNode[]> {
  const stats = await lstat(path);
  const mode = stats.mode & 0o7777;
  if (stats.isSymbolicLink()) {
    return [{ path: relative, kind: 'symlink', mode, content: Buffer.from(await readlink(path)) }];
  }
  if (stats.isFile()) return [{ path: relative, kind: 'file', mode, content: await readFile(path) }];
  const nodes: SeenNode[] = [{ path: relative, kind: 'folder', mode, content: Buffer.alloc(0) }];
  for (const name of await readdir(path)) nodes.push(...(await nodesBelow(join(path, name), join(relative, name))));
  return nodes;
}
