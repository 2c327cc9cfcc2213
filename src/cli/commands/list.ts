import { stat } from 'node:fs/promises';
import { EXIT } from '../../errors/index.js';
import { canonicalOptions, packageId, type Manifest, type Options, type PackageRequest } from '../../manifest/index.js';
import type { EnvironmentRecord } from '../../project/index.js';
import type { Invocation } from '../invocation.js';
import { loadProjectManifest } from '../project-manifest.js';
import { previousRecord } from '../record-run.js';
import { tableLines } from '../text-table.js';

/** What `list --json` tells of a package. */
interface Listed {
  readonly identity: string;
  readonly options: Options;
  /** Of the tool, where the last sync or the manifest tells it. */
  readonly version: string | null;
  readonly source: string | null;
  readonly status: 'installed' | 'managed' | 'missing' | 'other platform';
  readonly path: string | null;
  readonly products: Readonly<Record<string, string>>;
}

/** `fettle list`: the manifest's packages, and what the last sync made of them. */
export async function list(invocation: Invocation, options: { readonly json?: boolean }): Promise<number> {
  const manifest = loadProjectManifest(invocation);
  manifest.state?.close();
  const record = previousRecord(manifest.directory);
  const rows = await listedPackages(manifest, record);
  invocation.streams.out(options.json === true ? `${JSON.stringify({ packages: rows })}\n` : asTable(rows));
  return EXIT.ok;
}

async function listedPackages(manifest: Manifest, record: EnvironmentRecord | undefined): Promise<readonly Listed[]> {
  const here = await Promise.all(manifest.packages.map((request) => listed(request, record)));
  const elsewhere = manifest.otherPlatforms.map((request): Listed => ({
    ...describe(request),
    status: 'other platform',
    path: null,
    products: {},
  }));
  return [...here, ...elsewhere];
}

async function listed(request: PackageRequest, record: EnvironmentRecord | undefined): Promise<Listed> {
  const id = packageId(request.identity, request.options);
  const known = record?.packages.find((each) => each.id === id);
  const path = known?.assetPath ?? null;
  const described = describe(request);
  const version = known?.version ?? described.version;
  return { ...described, version, status: await statusOf(known, path), path, products: known?.products ?? {} };
}

async function statusOf(known: object | undefined, path: string | null): Promise<Listed['status']> {
  if (!known) return 'missing';
  if (path === null) return 'managed';
  return stat(path).then(
    () => 'installed',
    () => 'missing',
  );
}

function describe({
  identity,
  options,
  source,
}: PackageRequest): Pick<Listed, 'identity' | 'options' | 'version' | 'source'> {
  const wanted = options['version'];
  const version = typeof wanted === 'string' || typeof wanted === 'number' ? String(wanted) : null;
  return { identity: identity.text, options, version, source: source?.text ?? null };
}

function asTable(rows: readonly Listed[]): string {
  const cells = rows.map(({ identity, options, version, status, path }) => [
    identity + canonicalOptions(options),
    version ?? '-',
    status,
    path ?? '',
  ]);
  return tableLines(cells)
    .map((line) => `${line}\n`)
    .join('');
}
