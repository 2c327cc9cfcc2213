import { FettleError, type Fact } from '../../errors/index.js';
import { redactUrl } from '../redact-url.js';
import { isUnauthorized } from './credentials.js';
import type { RegistryAnswer } from './http.js';
import type { PackageReference } from './purl.js';
import type { RegistryBase } from './resolved-package.js';

/** A question to a registry: what every message about it tells. */
export interface Question {
  readonly reference: PackageReference;
  readonly registry: RegistryBase;
}

/** How many versions an error shows around the one that is missing. */
const SHOWN_VERSIONS = 6;
const NOT_THERE: readonly number[] = [404, 410, 451];

/** @throws FettleError E_REGISTRY when the registry says no, E_FETCH when it is out of order */
export function refuseBadAnswer(answer: RegistryAnswer, question: Question): void {
  if (answer.status === 200) return;
  if (isAbsent(answer)) throw noSuchPackage(question);
  if (isUnauthorized(answer)) throw refusedAccess(question, answer.status);
  throw new FettleError('E_FETCH', `The registry answered ${String(answer.status)} for '${question.reference.text}'.`, {
    facts: { ...factsOf(question), url: redactUrl(answer.url), status: answer.status },
    hint: 'The registry seems to be out of order; try again later.',
  });
}

export function isAbsent({ status }: RegistryAnswer): boolean {
  return NOT_THERE.includes(status);
}

export function noSuchPackage(question: Question): FettleError {
  const { name } = question.reference;
  return new FettleError('E_REGISTRY', `The registry has no package '${name}'.`, {
    facts: factsOf(question),
    hint: 'Check the name, and that this is the registry you mean.',
  });
}

/** @param versions all that there are, oldest first */
export function noSuchVersion(question: Question, versions: readonly string[], position: number): FettleError {
  const { name, version, wanted } = question.reference;
  const nearest = around(versions, position);
  const what = wanted.kind === 'range' ? `that fits ${version}` : version;
  return new FettleError('E_REGISTRY', `The registry has no version ${what || 'to take'} of '${name}'.`, {
    facts: { ...factsOf(question), nearest },
    hint: nearest.length > 0 ? `Versions near it: ${nearest.join(', ')}.` : 'The registry has no version of it at all.',
  });
}

/** @param answer what came instead of the format that a registry speaks */
export function notARegistry(question: Question, answer: RegistryAnswer, cause?: unknown): FettleError {
  const contentType = answer.headers['content-type'] ?? 'none';
  return new FettleError(
    'E_REGISTRY',
    `What answered for '${question.reference.name}' is not a registry of ${question.reference.ecosystem} packages.`,
    {
      facts: { ...factsOf(question), url: redactUrl(answer.url), contentType },
      hint: `Check the address of the registry (set by ${question.registry.configuredBy}).`,
      cause,
    },
  );
}

export function noPublishedDigest(question: Question, fileName: string): FettleError {
  return new FettleError('E_REGISTRY', `The registry publishes no usable checksum for '${fileName}'.`, {
    facts: factsOf(question),
    hint: "Give the file's sha256 in the fetch entry.",
  });
}

export function factsOf({ reference, registry }: Question): Record<string, Fact> {
  return { package: reference.text, registry: registry.url, configuredBy: registry.configuredBy };
}

/** Parses JSON, or says that no registry would answer like this. */
export function parseJsonAnswer(answer: RegistryAnswer, question: Question): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(answer.body);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch (error) {
    throw notARegistry(question, answer, error);
  }
  throw notARegistry(question, answer);
}

function refusedAccess(question: Question, status: number): FettleError {
  return new FettleError(
    'E_REGISTRY',
    `The registry refuses access to '${question.reference.name}' (${String(status)}).`,
    {
      facts: { ...factsOf(question), status },
      hint: 'Log in to the registry, or check the credentials in its configuration.',
    },
  );
}

function around(versions: readonly string[], position: number): readonly string[] {
  const start = Math.max(0, Math.min(position - SHOWN_VERSIONS / 2, versions.length - SHOWN_VERSIONS));
  return versions.slice(start, start + SHOWN_VERSIONS);
}
