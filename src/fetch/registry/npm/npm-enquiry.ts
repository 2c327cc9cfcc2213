import { authorizationHeader } from '../credentials.js';
import type { RegistryAnswer, RegistryRequest } from '../http.js';
import type { Question } from '../registry-errors.js';
import type { RegistryContext, ResolveOptions } from '../resolved-package.js';
import type { NpmConfig, NpmRegistry } from './npm-config.js';
import { readRegistryKeys, type RegistryKey } from './npm-signatures.js';

/** A package that is looked for, and the registry that is asked for it. */
export interface NpmEnquiry {
  readonly config: NpmConfig;
  readonly registry: NpmRegistry;
  readonly question: Question;
  readonly options: ResolveOptions;
  readonly context: RegistryContext;
}

/** Asks with the credentials that npm would use. */
export function askNpm(
  { config, registry, options, context }: NpmEnquiry,
  url: string,
  { headers, ...request }: Partial<Omit<RegistryRequest, 'signal'>> = {},
): Promise<RegistryAnswer> {
  const authorization = authorizationHeader(config.authorizationFor(url, registry));
  return context.http.get(url, { ...request, headers: { ...headers, ...authorization }, signal: options.signal });
}

/** The keys that the registry signs with; none where it keeps them to itself, as mirrors do. */
export async function keysOf(enquiry: NpmEnquiry): Promise<readonly RegistryKey[]> {
  const { registry, options, context } = enquiry;
  const url = `${registry.url}-/npm/v1/keys`;
  const keys = await context.remembered.get(`npm ${url}`, options.signal, async () =>
    readRegistryKeys(await askNpm(enquiry, url)),
  );
  return keys ?? [];
}
