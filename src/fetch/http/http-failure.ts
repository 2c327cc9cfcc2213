import { STATUS_CODES } from 'node:http';
import { FettleError, hasCode, messageOf } from '../../errors/index.js';
import { redactUrl } from '../redact-url.js';

/** A server answered, but not with what was asked for. */
export class RefusedResponse extends Error {
  override readonly name = 'RefusedResponse';

  constructor(
    readonly status: number,
    /** The `retry-after` header. */
    readonly retryAfter: string | undefined,
  ) {
    super(`${status} ${STATUS_CODES[status] ?? ''}`.trim());
  }
}

/** The body ended before all of it had come. */
export class TruncatedBody extends Error {
  override readonly name = 'TruncatedBody';

  constructor(
    readonly bytes: number,
    readonly expected: number,
  ) {
    super(`${bytes} of ${expected} bytes came`);
  }
}

interface Problem {
  readonly text: string;
  readonly hint: string;
  readonly isPassing: boolean;
}

const AGAIN = 'Check the network, then run the same command again: what has come is kept.';
const CERTIFICATE =
  'See that the clock is right. Where a company has its own authority, let SSL_CERT_FILE or NODE_EXTRA_CA_CERTS name it.';

/** The server sent another part of the file than the one that was asked for. */
export class WrongPart extends Error {
  override readonly name = 'WrongPart';
}

/** By code of Node's or undici's error. */
const PROBLEMS: readonly (readonly [readonly string[], Problem])[] = [
  [
    ['ENOTFOUND'],
    {
      text: 'the host was not found',
      hint: 'Check the host name, the network and the proxy settings.',
      isPassing: true,
    },
  ],
  [['EAI_AGAIN'], { text: 'the name server did not answer', hint: AGAIN, isPassing: true }],
  [
    ['ECONNREFUSED'],
    {
      text: 'the connection was refused',
      hint: 'Check the address, its port and the proxy settings.',
      isPassing: true,
    },
  ],
  [['EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN'], { text: 'the host cannot be reached', hint: AGAIN, isPassing: true }],
  [
    ['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT'],
    { text: 'no connection came about in time', hint: AGAIN, isPassing: true },
  ],
  [
    ['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'],
    { text: 'the server fell silent', hint: AGAIN, isPassing: true },
  ],
  [
    [
      'ECONNRESET',
      'EPIPE',
      'UND_ERR_SOCKET',
      'UND_ERR_CLOSED',
      'ERR_STREAM_PREMATURE_CLOSE',
      'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
    ],
    { text: 'the connection was cut', hint: AGAIN, isPassing: true },
  ],
  [
    ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'],
    { text: "the server's certificate is out of date", hint: CERTIFICATE, isPassing: false },
  ],
  [
    [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    ],
    { text: "the server's certificate is not trusted", hint: CERTIFICATE, isPassing: false },
  ],
  [
    ['ERR_TLS_CERT_ALTNAME_INVALID'],
    { text: "the server's certificate is for another host", hint: CERTIFICATE, isPassing: false },
  ],
  [
    ['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'],
    {
      text: 'the server does not speak TLS there',
      hint: 'Check the scheme and the port of the URL.',
      isPassing: false,
    },
  ],
];

export interface HttpFailure {
  readonly error: FettleError;
  /** Whether another try may end otherwise. */
  readonly isPassing: boolean;
  /** How the server wants to be asked again: the `retry-after` header. */
  readonly retryAfter: string | undefined;
}

/** What went wrong between us and a server, as an error a user can act on. */
export function explainHttpFailure(error: unknown, rawUrl: string): HttpFailure {
  const url = redactUrl(rawUrl);
  if (error instanceof FettleError) return { error, isPassing: false, retryAfter: undefined };
  if (error instanceof RefusedResponse) return explainRefusal(error, url);
  const problem = problemOf(error);
  return {
    error: new FettleError('E_FETCH', `Downloading ${url} failed: ${problem.text}.`, {
      facts: { url, problem: problem.text, ...truncation(error) },
      hint: problem.hint,
      cause: error,
    }),
    isPassing: problem.isPassing,
    retryAfter: undefined,
  };
}

function explainRefusal(refusal: RefusedResponse, url: string): HttpFailure {
  const { status, retryAfter } = refusal;
  return {
    error: new FettleError('E_FETCH', `Downloading ${url} failed: the server answered ${refusal.message}.`, {
      facts: { url, status },
      hint: hintForStatus(status),
    }),
    isPassing: status === 408 || status === 425 || status === 429 || status >= 500,
    retryAfter,
  };
}

function hintForStatus(status: number): string {
  if (status === 401 || status === 403) return 'The server wants credentials, or the address has expired.';
  if (status === 404 || status === 410) return 'Check the URL: the file is not there (any more).';
  if (status === 429) return 'The server gets too many requests. Try again later.';
  if (status >= 500) return 'The server has a problem. Try again later.';
  return 'Open the URL in a browser to see what the server says.';
}

function problemOf(error: unknown): Problem {
  if (error instanceof TruncatedBody) {
    return { text: `the connection was cut: ${error.message}`, hint: AGAIN, isPassing: true };
  }
  if (error instanceof WrongPart) {
    return { text: 'the server sent another part than was asked for', hint: AGAIN, isPassing: true };
  }
  const proxy = proxyProblem(messageOf(error));
  if (proxy) return proxy;
  const known = PROBLEMS.find(([codes]) => hasCode(error, ...codes))?.[1];
  return known ?? { text: redactUrl(messageOf(error)), hint: AGAIN, isPassing: false };
}

/** undici says only in words what a proxy answered. */
function proxyProblem(message: string): Problem | undefined {
  const status = /^Proxy (?:response|Authentication Required) \((\d{3})\)/.exec(message)?.[1];
  if (status === undefined) return undefined;
  const hint =
    status === '407'
      ? 'Give HTTP_PROXY or HTTPS_PROXY as http://user:password@host:port.'
      : 'Check HTTP_PROXY, HTTPS_PROXY and NO_PROXY.';
  return { text: `the proxy answered ${status}`, hint, isPassing: Number(status) >= 500 };
}

function truncation(error: unknown): Record<string, number> {
  return error instanceof TruncatedBody ? { got: error.bytes, expected: error.expected } : {};
}
