import type { History, NodeId, Step } from './volume.js';

/** What became of the content of a file that was not put on the disk: nobody promises anything. */
export type Fate = 'new' | 'old' | 'empty' | 'zeros' | 'half';

export interface NodeState {
  readonly kind: 'file' | 'folder' | 'symlink';
  readonly content: Buffer;
  readonly mode: number;
}

type NamesStep = Extract<Step, { kind: 'names' }>;

/** Which of the things that were under way have reached the disk. */
export interface Outcome {
  readonly names: (step: NamesStep) => boolean;
  readonly data: (node: NodeId) => Fate;
}

/** The power fails after the first `length` steps. What is certain by then, and what is not. */
export class PowerCut {
  /** Changes of names of which something is not on the disk for certain. */
  readonly openNames: NamesStep[] = [];
  /** Files that have content which is not on the disk for certain. */
  readonly openFiles: NodeId[] = [];
  readonly #steps: readonly Step[];
  /** When each node, or all of them, was last put on the disk, by the recorder's clock. */
  readonly #flushed = new Map<NodeId | 'all', number>();
  readonly #latest = new Map<NodeId, NodeState>();
  readonly #safe = new Map<NodeId, NodeState>();

  /** @param ignored flushes that are taken not to have happened */
  constructor(
    private readonly history: History,
    readonly length: number,
    ignored: ReadonlySet<Step> = new Set(),
  ) {
    this.#steps = history.steps.slice(0, length);
    for (const step of this.#steps) {
      if (step.kind === 'flush' && !ignored.has(step)) this.#flushed.set(step.node, step.covers);
    }
    this.#steps.forEach((step, index) => {
      if (step.kind === 'data') this.#addData(step, index);
      if (step.kind === 'names' && index >= history.beginning && !this.#isSafe(step)) this.openNames.push(step);
    });
    for (const [node, state] of this.#latest) {
      if (state.kind === 'file' && this.#safe.get(node) !== state) this.openFiles.push(node);
    }
  }

  /** What the disk shows afterwards. */
  survive(outcome: Outcome): Survivors {
    const names = new Map<NodeId, Map<string, NodeId>>();
    const open = new Set(this.openNames);
    for (const step of this.#steps) {
      if (step.kind !== 'names') continue;
      const isWhole = !open.has(step) || outcome.names(step);
      for (const { folder, name, node } of step.changes) {
        if (!isWhole && !this.#isFlushed(folder, step.at)) continue;
        const known = names.get(folder) ?? new Map<string, NodeId>();
        names.set(folder, known);
        if (node === null) known.delete(name);
        else known.set(name, node);
      }
    }
    return new Survivors(this.history.roots, names, (node) => this.#stateOf(node, outcome));
  }

  #addData({ node, content, mode, at }: Extract<Step, { kind: 'data' }>, index: number): void {
    const kind = this.history.nodes[node]?.kind ?? 'file';
    const state = { kind, content, mode };
    this.#latest.set(node, state);
    if (index < this.history.beginning || this.#isFlushed(node, at)) this.#safe.set(node, state);
  }

  /** How many of the changes of a step are on the disk for certain. */
  certainChanges({ changes, at }: NamesStep): number {
    return changes.filter(({ folder }) => this.#isFlushed(folder, at)).length;
  }

  #isSafe(step: NamesStep): boolean {
    return this.certainChanges(step) === step.changes.length;
  }

  #isFlushed(node: NodeId, at: number): boolean {
    return at < Math.max(this.#flushed.get(node) ?? 0, this.#flushed.get('all') ?? 0);
  }

  #stateOf(node: NodeId, outcome: Outcome): NodeState {
    const latest = this.#latest.get(node) ?? this.#justMade(node);
    const safe = this.#safe.get(node);
    if (latest === safe) return latest;
    const fate = outcome.data(node);
    if (fate === 'old' && safe) return safe;
    // A link has its target with its name.
    if (fate === 'new' || latest.kind !== 'file') return latest;
    return { ...latest, content: damaged(latest.content, fate) };
  }

  /** There by name, and nothing has been seen in it so far. */
  #justMade(node: NodeId): NodeState {
    const kind = this.history.nodes[node]?.kind ?? 'folder';
    if (kind !== 'symlink') return { kind, content: Buffer.alloc(0), mode: kind === 'folder' ? 0o755 : 0o644 };
    // A link is made with its target.
    const seen = this.history.steps.find((step) => step.kind === 'data' && step.node === node);
    return { kind, content: seen?.kind === 'data' ? seen.content : Buffer.alloc(0), mode: 0o777 };
  }
}

function damaged(content: Buffer, fate: 'old' | 'empty' | 'zeros' | 'half'): Buffer {
  if (fate === 'zeros') return Buffer.alloc(content.length);
  return fate === 'half' ? content.subarray(0, content.length >> 1) : Buffer.alloc(0);
}

/** The files that are there after a power cut. */
export class Survivors {
  constructor(
    private readonly roots: readonly string[],
    private readonly entries: ReadonlyMap<NodeId, ReadonlyMap<string, NodeId>>,
    private readonly stateOf: (node: NodeId) => NodeState,
  ) {}

  /** By path relative to a root, the parents first; the root itself is not among them. */
  below(root: string, path = ''): ReadonlyMap<string, NodeState> {
    const found = new Map<string, NodeState>();
    const node = this.#find(root, path);
    if (node !== undefined) this.#collect(node, '', found);
    return found;
  }

  /** What is in a folder. */
  names(root: string, path: string): readonly string[] {
    const node = this.#find(root, path);
    return node === undefined ? [] : [...(this.entries.get(node)?.keys() ?? [])];
  }

  read(root: string, path: string): NodeState | undefined {
    const node = this.#find(root, path);
    return node === undefined ? undefined : this.stateOf(node);
  }

  #find(root: string, path: string): NodeId | undefined {
    let node: NodeId | undefined = this.roots.indexOf(root);
    for (const name of path.split('/').filter(Boolean)) {
      node = node === undefined ? undefined : this.entries.get(node)?.get(name);
    }
    return node;
  }

  /** A folder that has two names (a rename that is half on the disk) shows the same in both; none is inside itself. */
  #collect(node: NodeId, path: string, found: Map<string, NodeState>): void {
    for (const [name, child] of this.entries.get(node) ?? []) {
      const full = path === '' ? name : `${path}/${name}`;
      const state = this.stateOf(child);
      found.set(full, state);
      if (state.kind === 'folder') this.#collect(child, full, found);
    }
  }
}
