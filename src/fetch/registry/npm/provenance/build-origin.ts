import type { Signer } from '@sigstore/verify';
import type { BuildOrigin } from '../../resolved-package.js';

const AUTHORITY = '1.3.6.1.4.1.57264.1';

/**
 * Fields of a certificate, written by the authority from what the build service said of the job.
 * Source: https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md
 */
const FIELDS = {
  builder: `${AUTHORITY}.9`,
  repository: `${AUTHORITY}.12`,
  commit: `${AUTHORITY}.13`,
  workflow: `${AUTHORITY}.18`,
  run: `${AUTHORITY}.21`,
} as const satisfies Record<keyof BuildOrigin, string>;

/** What certificates had instead until the spring of 2023; their text is not wrapped. */
const OLD_FIELDS = { commit: `${AUTHORITY}.3`, repository: `${AUTHORITY}.5` } as const;

/**
 * Reads which build a certificate was made out to. Only this counts: the statement itself says whatever the build wrote.
 * @returns undefined for a certificate of somebody who is no build service, as of a person
 */
export async function readBuildOrigin({ identity = {} }: Signer): Promise<BuildOrigin | undefined> {
  const { ASN1Obj } = await import('@sigstore/core');
  const fields = new Map(identity.oids?.map(({ oid, value }) => [oid?.id.join('.'), Buffer.from(value)]));
  const textOf = (field: keyof BuildOrigin): string | undefined => {
    const value = fields.get(FIELDS[field]);
    return value && ASN1Obj.parseBuffer(value).value.toString('utf8');
  };
  const repository = textOf('repository');
  if (repository === undefined) return readOldOrigin(fields, identity.subjectAlternativeName);
  const [builder, commit, workflow, run] = [textOf('builder'), textOf('commit'), textOf('workflow'), textOf('run')];
  return {
    repository,
    ...(commit !== undefined && { commit }),
    ...(workflow !== undefined && { workflow }),
    ...(builder !== undefined && { builder }),
    ...(run !== undefined && { run }),
  };
}

function readOldOrigin(
  fields: ReadonlyMap<string | undefined, Buffer>,
  workflow: string | undefined,
): BuildOrigin | undefined {
  const repository = fields.get(OLD_FIELDS.repository)?.toString('utf8');
  if (repository === undefined) return undefined;
  const commit = fields.get(OLD_FIELDS.commit)?.toString('utf8');
  return { repository, ...(commit !== undefined && { commit }), ...(workflow !== undefined && { workflow }) };
}
