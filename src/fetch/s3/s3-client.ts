import type * as Library from '@aws-sdk/client-s3';
import type { GetObjectCommandOutput, S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { FettleError } from '../../errors/index.js';
import type { Host } from '../../host/index.js';
import type { HttpClient } from '../http/http-client.js';
import { requestHandlerOf } from './request-handler.js';
import type { S3Address } from './s3-address.js';

type Credentials = Exclude<S3ClientConfig['credentials'], ((...args: never[]) => unknown) | undefined>;

/** Asks for objects with the official client. It is loaded, and looks for credentials, with the first object. */
export class ObjectStorage {
  readonly #host: Host;
  readonly #http: HttpClient;
  #client: Promise<S3Client> | undefined;

  constructor(host: Host, http: HttpClient) {
    this.#host = host;
    this.#http = http;
  }

  /** @throws what the client throws */
  async get({ bucket, key, version }: S3Address, signal: AbortSignal): Promise<GetObjectCommandOutput> {
    const { GetObjectCommand } = await loadClient();
    const client = await (this.#client ??= openClient(this.#host, this.#http));
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      ...(version !== undefined && { VersionId: version }),
    });
    return client.send(command, { abortSignal: signal });
  }

  async close(): Promise<void> {
    // One that could not be opened has told its user already.
    const client = await this.#client?.catch(() => undefined);
    client?.destroy();
  }
}

/**
 * What the environment says comes first, as the client would read that of the process; region, profiles and roles then
 * come from the client's own chain.
 */
async function openClient({ env }: Host, http: HttpClient): Promise<S3Client> {
  const { S3Client } = await loadClient();
  const endpoint = env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'];
  const region = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? (endpoint === undefined ? undefined : 'us-east-1');
  const settings = {
    followRegionRedirects: true,
    requestHandler: requestHandlerOf(http),
    ...(region !== undefined && { region }),
    // Other servers than the original seldom have a host name for each bucket.
    ...(endpoint !== undefined && { endpoint: assertEndpoint(endpoint), forcePathStyle: true }),
  };
  const credentials = credentialsIn(env);
  if (credentials) return new S3Client({ ...settings, credentials });
  const client = new S3Client(settings);
  if (await hasCredentials(client)) return client;
  client.destroy();
  // Some buckets are public: what is not signed needs no credentials.
  const nobody = { accessKeyId: 'none', secretAccessKey: 'none' };
  return new S3Client({ ...settings, credentials: nobody, signer: { sign: (request) => Promise.resolve(request) } });
}

async function loadClient(): Promise<typeof Library> {
  const { state } = await import('@aws-sdk/core/client');
  // It would tell on stderr which Node its later versions want.
  state.warningEmitted = true;
  return import('@aws-sdk/client-s3');
}

function credentialsIn(env: Host['env']): Credentials | undefined {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env;
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}

function assertEndpoint(endpoint: string): string {
  if (/^https?:\/\//.test(endpoint) && URL.canParse(endpoint)) return endpoint;
  throw new FettleError('E_SOURCE', 'AWS_ENDPOINT_URL is not an http(s) URL.', {
    facts: { got: endpoint },
    hint: 'Write it like http://127.0.0.1:9000.',
  });
}

async function hasCredentials(client: S3Client): Promise<boolean> {
  return client.config.credentials().then(
    () => true,
    () => false,
  );
}
