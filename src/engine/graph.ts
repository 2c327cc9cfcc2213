import { FettleError } from '../errors/index.js';
import type { Phase } from '../events/index.js';
import { packageId, type PackageRequest } from '../manifest/index.js';
import type { Recipe } from '../recipe/index.js';
import type { PackageOutcome } from './outcome.js';
import { placeOf } from './place-of-request.js';

/** A dependency of a package, and the phase of the package that waits for it. */
export interface Edge {
  readonly node: PackageNode;
  /** Undefined: before any of the parent's own code or scripts runs. recipe_fetch: the recipe itself is fetched with it. */
  readonly neededBy: Phase | undefined;
}

/** One package of the run: an identity with its options. */
export class PackageNode {
  readonly edges: Edge[] = [];
  /** What its recipe says, where that was known without reading it; then the edges are there already. */
  recalled: Recipe | undefined;
  /** How the package ended; undefined until then. */
  outcome: PackageOutcome | undefined;
  readonly #start: NodeStart;
  #recipe: Promise<Recipe> | undefined;
  #key: Promise<string> | undefined;
  #done: Promise<PackageOutcome> | undefined;

  constructor(
    readonly id: string,
    readonly request: PackageRequest,
    readonly requestedBy: PackageNode | null,
    start: NodeStart,
  ) {
    this.#start = start;
  }

  /** Settles when recipe_fetch has ended. */
  get recipe(): Promise<Recipe> {
    return (this.#recipe ??= known(this.outcome && this.recalled) ?? begun(() => this.#start.recipe(this)));
  }

  /** Settles when the derivation key is known: that needs the keys of all dependencies. */
  get key(): Promise<string> {
    return (this.#key ??= known(this.outcome?.key) ?? begun(() => this.#start.key(this)));
  }

  /** Settles, and never rejects, when the package has ended in whatever way. */
  get done(): Promise<PackageOutcome> {
    return (this.#done ??= known(this.outcome) ?? begun(async () => (this.outcome = await this.#start.done(this))));
  }

  /** Starts it, unless it has ended. */
  begin(): void {
    if (!this.outcome) void Promise.allSettled([this.recipe, this.done]);
  }
}

/** What runs a node: each is called once, in a later turn than the one in which it was asked for. */
export interface NodeStart {
  recipe(node: PackageNode): Promise<Recipe>;
  key(node: PackageNode): Promise<string>;
  done(node: PackageNode): Promise<PackageOutcome>;
}

function known<T>(value: T | null | undefined): Promise<T> | undefined {
  return value === undefined || value === null ? undefined : Promise.resolve(value);
}

/** A rejection is always reported through `done`; it only must not count as unhandled. */
function begun<T>(start: () => Promise<T>): Promise<T> {
  const work = Promise.resolve().then(start);
  work.catch(() => undefined);
  return work;
}

/** More variants of one identity below each other than this is taken for endless recursion. */
const DEEPEST_SELF_NESTING = 64;

/** The graph of a run. It grows while the run goes on; nodes are memoised and cycles refused as edges come. */
export class Graph {
  readonly #nodes = new Map<string, PackageNode>();
  readonly #sources = new Map<string, { readonly request: PackageRequest; readonly isRoot: boolean }>();
  readonly #start: NodeStart;
  #hasBegun = false;

  constructor(start: NodeStart) {
    this.#start = start;
  }

  /** All nodes, in the order they were asked for. */
  get nodes(): readonly PackageNode[] {
    return [...this.#nodes.values()];
  }

  /** The same one after the other, also those that are added meanwhile. */
  growingNodes(): Iterable<PackageNode> {
    return this.#nodes.values();
  }

  /** Starts all nodes that have not ended, and from now on each that is added. */
  begin(): void {
    this.#hasBegun = true;
    for (const node of this.nodes) node.begin();
  }

  /**
   * The node of a request of the manifest or the command line.
   * @throws FettleError E_SOURCE_CONFLICT
   */
  addRoot(request: PackageRequest): PackageNode {
    return this.#nodeFor(request, null);
  }

  /**
   * The node of a dependency, with an edge from its parent.
   * @throws FettleError E_CYCLE with the path, E_SOURCE_CONFLICT
   */
  addDependency(parent: PackageNode, request: PackageRequest, neededBy: Phase | undefined): PackageNode {
    refuseEndlessNesting(parent, request);
    const node = this.#nodeFor(request, parent);
    const path = findPath(node, parent);
    if (path) throw cycleError(parent, path, request);
    parent.edges.push({ node, neededBy });
    return node;
  }

  #nodeFor(asked: PackageRequest, requestedBy: PackageNode | null): PackageNode {
    const request = this.#withRootSource(asked);
    const id = packageId(request.identity, request.options);
    this.#refuseSecondSource(request);
    this.#rememberSource(request, requestedBy === null);
    const known = this.#nodes.get(id);
    if (known) return known;
    const node = new PackageNode(id, request, requestedBy, this.#start);
    this.#nodes.set(id, node);
    if (this.#hasBegun) node.begin();
    return node;
  }

  /** A recipe that names no source gets the one that the manifest gives for the identity. */
  #withRootSource(request: PackageRequest): PackageRequest {
    const root = this.#sources.get(request.identity.text);
    if (request.source || request.fetch || !root?.isRoot) return request;
    const { source, integrity, ref, subdir, fetch, fetchDependencies } = root.request;
    return { ...request, source, integrity, ref, subdir, fetch, fetchDependencies };
  }

  #rememberSource(request: PackageRequest, isRoot: boolean): void {
    const identity = request.identity.text;
    if (!this.#sources.has(identity)) this.#sources.set(identity, { request, isRoot });
  }

  #refuseSecondSource(request: PackageRequest): void {
    const first = this.#sources.get(request.identity.text)?.request;
    if (!first || sourceText(first) === sourceText(request)) return;
    throw new FettleError('E_SOURCE_CONFLICT', `${request.identity.text} is asked for from two different sources`, {
      facts: {
        first: `${sourceText(first)} (${first.declaredIn.file} ${first.declaredIn.field})`,
        second: `${sourceText(request)} (${request.declaredIn.file} ${request.declaredIn.field})`,
      },
      hint: 'Name one source in both places, or give one of the recipes another identity.',
      ...placeOf(request),
    });
  }
}

function sourceText(request: PackageRequest): string {
  const source = request.source;
  if (!source) return 'no source given';
  const where = source.kind === 'path' ? source.path : source.kind === 'registry' ? source.purl : source.url;
  return [where, request.ref && `ref ${request.ref}`, request.subdir && `subdir ${request.subdir}`]
    .filter(Boolean)
    .join(', ');
}

/** The nodes from `from` down to `target`, both included; undefined when there is no way. */
function findPath(from: PackageNode, target: PackageNode): PackageNode[] | undefined {
  const seen = new Set<PackageNode>([from]);
  const cameFrom = new Map<PackageNode, PackageNode>();
  const stack = [from];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node === target) return pathBack(node, cameFrom);
    for (const edge of node.edges) {
      if (seen.has(edge.node)) continue;
      seen.add(edge.node);
      cameFrom.set(edge.node, node);
      stack.push(edge.node);
    }
  }
  return undefined;
}

function pathBack(end: PackageNode, cameFrom: ReadonlyMap<PackageNode, PackageNode>): PackageNode[] {
  const path = [end];
  for (let node = cameFrom.get(end); node; node = cameFrom.get(node)) path.unshift(node);
  return path;
}

function cycleError(parent: PackageNode, path: readonly PackageNode[], request: PackageRequest): FettleError {
  const names = [parent, ...path].map((node) => node.id);
  return new FettleError('E_CYCLE', `packages depend on each other in a circle: ${names.join(' → ')}`, {
    facts: { path: names },
    hint: 'Take one of these dependencies out, or split a recipe in two.',
    ...placeOf(request),
  });
}

function refuseEndlessNesting(parent: PackageNode, request: PackageRequest): void {
  let depth = 0;
  for (let node: PackageNode | null = parent; node; node = node.requestedBy) {
    if (node.request.identity.text === request.identity.text) depth += 1;
  }
  if (depth < DEEPEST_SELF_NESTING) return;
  throw new FettleError('E_CYCLE', `${request.identity.text} needs ever new variants of itself`, {
    facts: { depth, example: packageId(request.identity, request.options) },
    hint: 'A dependency on the same recipe with other options must come to an end.',
    ...placeOf(request),
  });
}
