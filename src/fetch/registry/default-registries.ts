/**
 * Where a registry is when nothing is configured. fettle keeps no host names of its own: they come from the package URL
 * library's table of download places (npm's own default comes from npm's configuration library).
 */

/** The simple index that pip uses by default. */
export async function defaultPythonIndex(): Promise<string> {
  const page = await downloadPlace('pypi');
  return new URL('../', page).href;
}

/** Cargo's sparse index: by Cargo's convention, the host `index.` of the registry's own. */
export async function defaultCargoIndex(): Promise<string> {
  const { protocol, host } = new URL(await downloadPlace('cargo'));
  return `${protocol}//index.${host}/`;
}

/** The module proxy that the go command uses by default. */
export async function defaultGoProxy(): Promise<string> {
  return new URL(await downloadPlace('golang')).origin;
}

/** Maven's central repository, with the slash at its end. */
export async function defaultMavenRepository(): Promise<string> {
  const place = await downloadPlace('maven');
  return place.slice(0, place.indexOf('namespace/'));
}

const NEEDS_NAMESPACE = new Set(['golang', 'maven']);

/** For Python packages this is the project's page in the simple index, which ends in a slash. */
async function downloadPlace(type: string): Promise<string> {
  const { default: library } = await import('@socketregistry/packageurl-js');
  const anyPackage = new library.PackageURL(
    type,
    NEEDS_NAMESPACE.has(type) ? 'namespace' : undefined,
    'name',
    '1.0.0',
    undefined,
    undefined,
  );
  const place = library.UrlConverter.toDownloadUrl(anyPackage);
  if (!place) throw new Error(`The package URL library knows no download place for ${type}.`);
  return place.url;
}
