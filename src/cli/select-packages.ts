import { FettleError } from '../errors/index.js';
import { packageId, type Manifest, type PackageRequest } from '../manifest/index.js';
import { nearestName } from '../support/nearest-name.js';

/**
 * The manifest's packages that a name means: a whole identity, its short forms, or the id with its options.
 * @throws FettleError E_UNKNOWN_PACKAGE with the nearest name
 */
export function packagesCalled(manifest: Manifest, name: string): readonly PackageRequest[] {
  const matches = manifest.packages.filter((request) => namesOf(request).includes(name));
  if (matches.length > 0) return matches;
  if (manifest.otherPlatforms.some((request) => namesOf(request).includes(name))) {
    throw new FettleError('E_PLATFORM', `${name} is in the manifest for other platforms only`, {
      facts: { name, manifest: manifest.file },
    });
  }
  const known = manifest.packages.map((request) => request.identity.text);
  const nearest = nearestName(name, manifest.packages.flatMap(namesOf));
  throw new FettleError('E_UNKNOWN_PACKAGE', `the manifest has no package ${name}`, {
    facts: { name, manifest: manifest.file, known: known.length > 0 ? known : 'none' },
    hint:
      nearest === undefined ? `Name one of these, or add a package to ${manifest.file}.` : `Did you mean "${nearest}"?`,
  });
}

/** @throws FettleError E_UNKNOWN_PACKAGE, E_AMBIGUOUS_PACKAGE */
export function onePackageCalled(manifest: Manifest, name: string): PackageRequest {
  const [first, ...others] = packagesCalled(manifest, name);
  if (first && others.length === 0) return first;
  throw new FettleError('E_AMBIGUOUS_PACKAGE', `${name} could be more than one package of the manifest`, {
    facts: { candidates: [first, ...others].flatMap((each) => (each ? [idOf(each)] : [])) },
    hint: 'Write the whole id, with its options, as the candidates show it.',
  });
}

/** All that a package of the manifest may be called, its id first. */
export function namesOf(request: PackageRequest): readonly string[] {
  const { text, namespace, name, version } = request.identity;
  return [idOf(request), text, name, `${namespace}.${name}`, `${name}@${version}`];
}

function idOf(request: PackageRequest): string {
  return packageId(request.identity, request.options);
}
