import { EXIT, FettleError, messageOf } from '../../errors/index.js';
import type { Manifest } from '../../manifest/index.js';
import { packageId } from '../../manifest/index.js';
import { needsOf, whyAsJson, whyAsText } from '../../report/index.js';
import type { Invocation } from '../invocation.js';
import { idsCalled, namesOfId } from '../package-names.js';
import { sayLog } from '../say.js';
import { surveyProject } from '../survey-project.js';

/**
 * `fettle why NAME`: who needs a package, and why it was or will be made; nothing is built.
 * @throws FettleError what is wrong with the manifest, E_UNKNOWN_PACKAGE, E_PLATFORM
 */
export async function why(invocation: Invocation, name: string, options: { readonly json?: boolean }): Promise<number> {
  return surveyProject(invocation, 'why', async (engine, request) => {
    const { manifest } = request;
    const { packages, states } = await engine.explain(request, (all) => {
      const ids = all.map(({ id }) => id);
      refuseOtherPlatform(manifest, name, ids);
      return idsCalled(ids, name, manifest.file);
    });
    for (const { id, error } of packages) {
      if (error !== null && !states.has(id)) sayLog(invocation, 'warn', `${id}: ${messageOf(error)}`);
    }
    const told = packages.flatMap((each) => {
      const state = states.get(each.id);
      return state ? [{ of: each, needs: needsOf(each.id, packages), state }] : [];
    });
    const text =
      options.json === true
        ? `${JSON.stringify({ packages: told.map(({ of, needs, state }) => whyAsJson(of, needs, state)) })}\n`
        : told.map(({ of, needs, state }) => whyAsText(of, needs, state, manifest.directory)).join('\n');
    invocation.streams.out(text);
    return EXIT.ok;
  });
}

/** @throws FettleError E_PLATFORM when the manifest has it, but not for this machine */
function refuseOtherPlatform({ otherPlatforms, file }: Manifest, name: string, ids: readonly string[]): void {
  if (ids.some((id) => namesOfId(id).includes(name))) return;
  const elsewhere = otherPlatforms.map(({ identity, options }) => packageId(identity, options));
  if (!elsewhere.some((id) => namesOfId(id).includes(name))) return;
  throw new FettleError('E_PLATFORM', `${name} is in the manifest for other platforms only`, {
    facts: { name, manifest: file },
  });
}
