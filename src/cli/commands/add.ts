import { FettleError, EXIT } from '../../errors/index.js';
import { canonicalOptions } from '../../manifest/index.js';
import { editFile } from '../../project/index.js';
import { addPackages, type AddedPackage } from '../add-package.js';
import type { Invocation } from '../invocation.js';
import { manifestFileOf } from '../manifest-file.js';
import { luaHostOf } from '../manifest-edits.js';
import { sayLog } from '../say.js';
import type { EntryFlags } from '../wanted-package.js';

export interface AddOptions extends EntryFlags {
  readonly beside?: boolean;
  readonly json?: boolean;
}

/** `fettle add NAME…`: writes packages into the manifest; nothing is installed. */
export async function add(invocation: Invocation, names: readonly string[], options: AddOptions): Promise<number> {
  refuseSharedFlags(names, options);
  const file = manifestFileOf(invocation);
  const context = { manifestFile: file, shippedDir: invocation.shippedDir, luaHost: luaHostOf(invocation) };
  let added: readonly AddedPackage[] = [];
  const isChanged = await editFile(file, (bytes) => {
    const result = addPackages({ file, bytes }, names, options, context);
    ({ added } = result);
    return result.bytes;
  });
  if (options.json === true) invocation.streams.out(`${JSON.stringify(asJson(file, isChanged, added))}\n`);
  tell(invocation, file, isChanged, added);
  return EXIT.ok;
}

function refuseSharedFlags(names: readonly string[], { option = [], source, sha256, ref, subdir }: AddOptions): void {
  const isForOne = option.length > 0 || [source, sha256, ref, subdir].some((flag) => flag !== undefined);
  if (names.length === 1 || !isForOne) return;
  throw new FettleError('E_USAGE', '--option, --source and the like belong to one package', {
    facts: { packages: names },
    hint: 'Add the packages one by one.',
  });
}

function tell(invocation: Invocation, file: string, isChanged: boolean, added: readonly AddedPackage[]): void {
  for (const each of added) {
    sayLog(invocation, 'info', sentence(each, file));
    for (const { field, before, after } of each.changes) {
      sayLog(invocation, 'info', `  ${field}: ${before === null ? 'not set' : shown(before)} → ${shown(after)}`);
    }
    if (!each.isForThisPlatform) sayLog(invocation, 'warn', `the recipe of ${each.identity} is not for this platform`);
  }
  if (isChanged) sayLog(invocation, 'info', 'run "fettle sync" to install it');
}

function sentence({ identity, options, change }: AddedPackage, file: string): string {
  const id = identity + canonicalOptions(options);
  if (change === 'unchanged') return `${id} is in ${file} already`;
  return change === 'added' ? `added ${id} to ${file}` : `changed ${id} in ${file}`;
}

function shown(value: AddedPackage['changes'][number]['after']): string {
  return canonicalOptions({ value }).slice('{value='.length, -1);
}

function asJson(manifest: string, changed: boolean, added: readonly AddedPackage[]): object {
  const packages = added.map(({ identity, options, change, changes }) => ({ identity, options, change, changes }));
  return { manifest, changed, packages };
}
