import { FettleError } from '../../errors/index.js';

/** An object in a bucket. */
export interface S3Address {
  readonly bucket: string;
  readonly key: string;
  /** One version of it, in a bucket that keeps all. */
  readonly version: string | undefined;
}

/**
 * Reads `s3://bucket/key`, with `?versionId=…` for one version. The key is taken as it is written, without decoding.
 * @throws FettleError E_SOURCE
 */
export function parseS3Address(text: string): S3Address {
  const [, bucket = '', key = '', query = ''] = /^s3:\/\/([^/?#]*)\/?([^?]*)(?:\?(.*))?$/is.exec(text) ?? [];
  const parameters = new URLSearchParams(query);
  const version = parameters.get('versionId') ?? undefined;
  const others = [...parameters.keys()].filter((name) => name !== 'versionId');
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/i.test(bucket)) throw invalid(text, 'names no bucket');
  if (key === '' || key.endsWith('/')) throw invalid(text, 'names no object in the bucket');
  if (others.length > 0) throw invalid(text, `has a parameter that fettle does not know: ${others[0] ?? ''}`);
  return { bucket, key, version };
}

function invalid(text: string, problem: string): FettleError {
  return new FettleError('E_SOURCE', `The source "${text}" ${problem}.`, {
    facts: { source: text },
    hint: 'Write s3://bucket/path/of/the/object, with ?versionId=… for one version of it.',
  });
}
