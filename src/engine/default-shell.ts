import { FettleError } from '../errors/index.js';
import { HostObject } from '../lua/index.js';
import { parseShell, type Manifest } from '../manifest/index.js';
import { describeShell, type Shell } from '../process/index.js';
import type { DependencyAccess } from '../recipe/index.js';

const BASH: Shell = { form: 'builtin', name: 'bash' };

/**
 * The shell of scripts that name none. A function of the manifest is asked anew for each package, with a ctx whose
 * `asset` knows the dependencies of that package.
 * @throws FettleError E_SHELL, E_DEPENDENCY, E_LUA_RUNTIME
 */
export async function defaultShellFor(
  manifest: Manifest,
  dependencies: Pick<DependencyAccess, 'asset'>,
  signal: AbortSignal,
): Promise<Shell> {
  const { defaultShell, state } = manifest;
  if (!defaultShell) return BASH;
  if (defaultShell.form === 'shell') return defaultShell.shell;
  if (!state) throw new TypeError('a default_shell function without its Lua state');
  const ctx = new HostObject({}, { asset: (name) => dependencies.asset(identityText(name)) }, 'ctx');
  const [value] = await state.call(defaultShell.fn, [ctx], signal);
  return parseShell(value, 'what the default_shell function returned');
}

/**
 * The default shell as the key sees it. Nothing is built when keys are made, so a function is asked with placeholders
 * instead of paths: the packages they stand for are in the key by their own keys.
 */
export async function describeDefaultShell(manifest: Manifest, signal: AbortSignal): Promise<string> {
  const placeholders = { asset: (name: string) => `/asset/of/${name}` };
  return describeShell(await defaultShellFor(manifest, placeholders, signal));
}

/** The same where nobody has to be asked; undefined for a function. */
export function constantShell({ defaultShell }: Manifest): string | undefined {
  if (!defaultShell) return describeShell(BASH);
  return defaultShell.form === 'shell' ? describeShell(defaultShell.shell) : undefined;
}

function identityText(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new FettleError('E_CTX_ARGUMENT', 'ctx.asset: argument 1 (identity) must be a string', {
    facts: { function: 'ctx.asset' },
  });
}
