import type { PackageRef } from '../events/index.js';
import { canonicalOptions } from '../manifest/index.js';
import type { PackageNode } from './graph.js';

/** Tells the events of a package apart; the key is known only later. */
export function packageRef(node: PackageNode, key: string | null): PackageRef {
  return {
    id: node.id,
    identity: node.request.identity.text,
    options: canonicalOptions(node.request.options),
    key: key?.slice(0, 16) ?? null,
  };
}
