import type { NpmRelease } from '../packument.js';
import type { Statement } from './attestation.js';
import { wrongProvenance, type Attested } from './provenance-failures.js';

/**
 * A statement about another package, or another file, proves nothing here however well it is signed.
 * @throws FettleError E_PROVENANCE
 */
export function assertIsAbout({ subjects }: Statement, { integrity }: NpmRelease, attested: Attested): void {
  const { reference } = attested.enquiry.question;
  // As npm's command line writes it into statements.
  const name = `pkg:npm/${reference.name.replace(/^@/, '%40')}@${attested.version}`;
  const subject = subjects.find((each) => each.name === name);
  if (!subject) {
    const got = subjects.map((each) => each.name);
    throw wrongProvenance(attested, { problem: 'are of another package', expected: name, got });
  }
  const expected = integrity?.algorithm === 'sha512' ? integrity.value : 'a SHA-512 digest in the metadata';
  if (subject.sha512 === expected) return;
  throw wrongProvenance(attested, { problem: 'are of another file', expected, got: subject.sha512 ?? 'no SHA-512' });
}
