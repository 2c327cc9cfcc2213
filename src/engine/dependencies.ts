import { FettleError } from '../errors/index.js';
import { PHASES, type Phase } from '../events/index.js';
import type { DependencyAccess, Recipe } from '../recipe/index.js';
import { nearestName } from '../support/nearest-name.js';
import type { Edge, PackageNode } from './graph.js';
import type { PackageOutcome } from './outcome.js';

/** The packages that one package depends on, as its phases see them. */
export class Dependencies {
  readonly #node: PackageNode;
  readonly #firstOwnCode: Phase;

  /** @param firstOwnCode the phase before which edges without `needed_by` are awaited */
  constructor(node: PackageNode, firstOwnCode: Phase) {
    this.#node = node;
    this.#firstOwnCode = firstOwnCode;
  }

  /**
   * Waits until every dependency that `phase` or an earlier phase needs is wholly complete.
   * @throws FettleError E_SKIPPED when one of them failed, E_PLATFORM when one does not support this platform
   */
  async completeBefore(phase: Phase): Promise<void> {
    for (const edge of this.#node.edges) {
      if (!this.#isCompleteBy(edge, phase)) continue;
      refuseUnusable(await edge.node.done);
    }
  }

  /** Whether `completeBefore` would have to wait. */
  areAwaitedBefore(phase: Phase): boolean {
    return this.#node.edges.some((edge) => this.#isCompleteBy(edge, phase) && edge.node.outcome === undefined);
  }

  /** The outcomes of the dependencies that are complete when `phase` starts, in the order they are declared. */
  completeBy(phase: Phase): readonly PackageOutcome[] {
    return this.#node.edges.filter((edge) => this.#isCompleteBy(edge, phase)).flatMap(outcomeOf);
  }

  /** As `completeBy`, with all that those depend on in turn; each once. */
  closureCompleteBy(phase: Phase): readonly PackageOutcome[] {
    const nodes = new Set(this.#node.edges.filter((edge) => this.#isCompleteBy(edge, phase)).map((edge) => edge.node));
    for (const node of nodes) for (const edge of node.edges) nodes.add(edge.node);
    return [...nodes].flatMap((node) => node.outcome ?? []);
  }

  /** What `ctx.asset` and `ctx.product` answer in `phase`. */
  accessIn(phase: Phase): DependencyAccess {
    return {
      asset: (name) => this.#asset(name, phase),
      product: (name) => this.#product(name, phase),
    };
  }

  #isCompleteBy(edge: Edge, phase: Phase): boolean {
    return rank(edge.neededBy ?? this.#firstOwnCode) <= rank(phase);
  }

  #asset(name: string, phase: Phase): string {
    const edge = this.#edgeCalled(name);
    const neededBy = edge.neededBy ?? this.#firstOwnCode;
    if (!this.#isCompleteBy(edge, phase)) {
      throw this.#error(`${edge.node.id} is needed by ${neededBy}, so it is not complete in ${phase}`, {
        facts: { needed_by: neededBy, phase },
        hint: `Declare it with needed_by = "${phase}", or ask for it in ${neededBy}.`,
      });
    }
    const outcome = edge.node.outcome;
    if (outcome?.path) return outcome.path;
    throw this.#error(`${edge.node.id} is ${outcome?.status ?? 'not complete'}, so it has no path`, {
      facts: { status: outcome?.status ?? 'unknown' },
      hint: 'Only packages that keep their files in the cache have a path.',
    });
  }

  #product(name: string, phase: Phase): string {
    const offers = this.completeBy(phase).filter((outcome) => Object.hasOwn(outcome.products, name));
    const [first, second] = offers;
    if (first && second) {
      throw this.#error(`the product ${name} is offered by more than one dependency`, {
        facts: { offered_by: offers.map((offer) => offer.id) },
        hint: 'Use ctx.asset(identity) and the path inside it.',
      });
    }
    const path = first?.products[name];
    if (path !== undefined) return path;
    const known = this.completeBy(phase).flatMap((outcome) => Object.keys(outcome.products));
    throw this.#error(`no dependency offers the product ${name}`, {
      facts: { product: name, offered: known.length > 0 ? known : 'nothing' },
      ...hintFor(nearestName(name, known)),
    });
  }

  #edgeCalled(name: string): Edge {
    const matches = this.#node.edges.filter((edge) => answersTo(edge.node, name));
    const [first] = matches;
    if (first && matches.every((edge) => edge.node === first.node)) return first;
    const declared = this.#node.edges.map((edge) => edge.node.id);
    if (first) {
      throw this.#error(`"${name}" could be more than one dependency`, {
        facts: { candidates: matches.map((edge) => edge.node.id) },
        hint: 'Write the whole identity; for variants of one identity, with its options as in the candidates.',
      });
    }
    throw this.#error(`it does not declare a dependency on ${name}`, {
      facts: { asked_for: name, declared: declared.length > 0 ? declared : 'none' },
      ...hintFor(nearestName(name, declared), `Add "${name}" to the recipe's dependencies.`),
    });
  }

  #error(problem: string, details: { facts?: Record<string, string | readonly string[]>; hint?: string }): FettleError {
    return new FettleError('E_DEPENDENCY', `${this.#node.request.identity.text}: ${problem}`, details);
  }
}

function hintFor(nearest: string | undefined, otherwise?: string): { hint?: string } {
  if (nearest !== undefined) return { hint: `Did you mean "${nearest}"?` };
  return otherwise === undefined ? {} : { hint: otherwise };
}

/** Does a short or whole name mean this package: `gcc`, `arm.gcc`, `gcc@v2`, `arm.gcc@v2`, or the whole id? */
export function answersTo(node: PackageNode, name: string): boolean {
  const { identity } = node.request;
  return [
    node.id,
    identity.text,
    identity.name,
    `${identity.namespace}.${identity.name}`,
    `${identity.name}@${identity.version}`,
  ].includes(name);
}

/** The first phase in which the recipe's own code or a script runs. Downloads that are declared need neither. */
export function firstPhaseWithOwnCode(recipe: Recipe): Phase {
  if (recipe.check.form !== 'nil') return 'check';
  if (recipe.fetch.form === 'function') return 'fetch';
  if (recipe.stage.form === 'function' || recipe.stage.form === 'shell') return 'stage';
  if (recipe.build.form !== 'nil') return 'build';
  if (recipe.install.form !== 'nil') return 'install';
  return 'deploy';
}

function rank(phase: Phase): number {
  return PHASES.indexOf(phase);
}

function outcomeOf(edge: Edge): readonly PackageOutcome[] {
  return edge.node.outcome ? [edge.node.outcome] : [];
}

function refuseUnusable(outcome: PackageOutcome): void {
  if (!outcome.ok) {
    throw new FettleError('E_SKIPPED', `needs ${outcome.id}`, {
      facts: { needs: outcome.id, ...(outcome.reason !== null && { because: outcome.reason }) },
    });
  }
  if (outcome.status !== 'skipped') return;
  throw new FettleError('E_PLATFORM', `needs ${outcome.id}, which is ${outcome.reason ?? 'not for this platform'}`, {
    facts: { needs: outcome.id },
    hint: 'Give the dependency a `platforms` filter, or the package that needs it.',
  });
}
