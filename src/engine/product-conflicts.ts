import { FettleError } from '../errors/index.js';
import { platformMatches } from '../manifest/index.js';
import type { Recipe } from '../recipe/index.js';
import type { PackageNode } from './graph.js';
import { placeOf } from './place-of-request.js';
import type { Run } from './run.js';

/** The products of the packages that a manifest names: one name, one package. */
export class ProductRegister {
  readonly #offers = new Map<string, PackageNode>();

  constructor(private readonly run: Run) {}

  /** @throws FettleError E_PRODUCT_CONFLICT naming both packages */
  enter(node: PackageNode, recipe: Recipe): void {
    if (!platformMatches(recipe.platforms, this.run.host)) return;
    for (const name of Object.keys(recipe.products)) {
      const first = this.#offers.get(name);
      if (first && first !== node) throw conflict(name, first, node);
      this.#offers.set(name, node);
    }
  }
}

function conflict(name: string, first: PackageNode, second: PackageNode): FettleError {
  return new FettleError('E_PRODUCT_CONFLICT', `${first.id} and ${second.id} both offer the product ${name}`, {
    facts: { product: name, offered_by: [first.id, second.id] },
    hint: 'Take one of the two out of the manifest, or limit them with `platforms`.',
    ...placeOf(second.request),
  });
}
