import { FettleError, type Fact } from '../../../../errors/index.js';
import { factsOf } from '../../registry-errors.js';
import type { NpmEnquiry } from '../npm-enquiry.js';

/** A version whose attestations are looked at. */
export interface Attested {
  readonly version: string;
  readonly enquiry: NpmEnquiry;
}

/** Why attestations that a registry announces cannot be checked, as a whole sentence. */
export interface Unchecked {
  readonly unchecked: string;
}

interface Wrong {
  /** Continues "The attestations of kit@1.0.0 …". */
  readonly problem: string;
  readonly expected?: Fact;
  readonly got?: Fact;
  readonly cause?: unknown;
}

/** For attestations that are there and wrong. */
export function wrongProvenance(attested: Attested, { problem, expected, got, cause }: Wrong): FettleError {
  return new FettleError('E_PROVENANCE', `The attestations of ${nameOf(attested)} ${problem}.`, {
    facts: { ...facts(attested), ...(expected !== undefined && { expected }), ...(got !== undefined && { got }) },
    hint: 'Do not use this version: take another one, or ask the package authors how it was published.',
    cause,
  });
}

/** @param reason why, as a whole sentence */
export function uncheckedProvenance(attested: Attested, reason: string): FettleError {
  return new FettleError(
    'E_PROVENANCE',
    `The provenance of ${nameOf(attested)} cannot be checked, and the manifest is strict.`,
    {
      facts: { ...facts(attested), reason },
      hint: 'Ask a registry that hands out attestations, make the trust root reachable, or take strict = true out of the manifest.',
    },
  );
}

function nameOf({ version, enquiry }: Attested): string {
  return `${enquiry.question.reference.name}@${version}`;
}

function facts({ version, enquiry }: Attested): Record<string, Fact> {
  return { ...factsOf(enquiry.question), version };
}
