import type { Integrity } from '../../integrity.js';
import { isHttpUrl } from '../credentials.js';
import { strongestOfHex } from '../digest.js';
import { findAnchors, type Attributes } from './html-anchors.js';
import type { RegistryAnswer } from '../http.js';

/** A file that a Python package index offers. */
export interface IndexFile {
  readonly fileName: string;
  readonly url: string;
  readonly integrity: Integrity | undefined;
  /** Why it was withdrawn (may be empty); undefined when it was not. */
  readonly yanked: string | undefined;
  /** Bytes, when the index tells (PEP 700). */
  readonly size: number | undefined;
  /** ISO 8601, when the index tells (PEP 700). */
  readonly publishedAt: string | undefined;
}

/** Asks for JSON (PEP 691), takes HTML (PEP 503): servers know one, the other, or both. */
export const SIMPLE_INDEX_ACCEPT =
  'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html; q=0.2, text/html; q=0.1';

/** @returns the files of a project page, or undefined when the answer is no such page */
export function readSimpleIndex(answer: RegistryAnswer): readonly IndexFile[] | undefined {
  const contentType = (answer.headers['content-type'] ?? '').toLowerCase();
  if (/^(application\/vnd\.pypi\.simple\.v\d+\+json|application\/json)\b/.test(contentType)) return readJson(answer);
  if (/^(application\/vnd\.pypi\.simple\.v\d+\+html|text\/html|application\/xhtml\+xml)\b/.test(contentType))
    return readHtml(answer);
  return undefined;
}

/** A file in a PEP 691 page; it comes from outside, so nothing in it is certain. */
interface JsonFile {
  readonly filename?: unknown;
  readonly url?: unknown;
  readonly hashes?: unknown;
  readonly yanked?: unknown;
  readonly size?: unknown;
  readonly 'upload-time'?: unknown;
}

function readJson({ body, url }: RegistryAnswer): readonly IndexFile[] | undefined {
  const files = filesOf(body);
  return files?.flatMap((file) => {
    if (typeof file?.filename !== 'string' || typeof file.url !== 'string') return [];
    const resolved = resolveLink(file.url, url);
    if (resolved === undefined || !isFileName(file.filename)) return [];
    const { hashes, yanked, size, 'upload-time': uploaded } = file;
    return [
      {
        fileName: file.filename,
        url: resolved.url,
        integrity:
          strongestOfHex(typeof hashes === 'object' && hashes !== null ? { ...hashes } : {}) ?? resolved.integrity,
        yanked: typeof yanked === 'string' ? yanked : yanked === true ? '' : undefined,
        size: typeof size === 'number' ? size : undefined,
        publishedAt: typeof uploaded === 'string' ? uploaded : undefined,
      },
    ];
  });
}

function filesOf(body: string): readonly (JsonFile | null)[] | undefined {
  try {
    const page = JSON.parse(body) as { files?: unknown } | null;
    return Array.isArray(page?.files) ? (page.files as (JsonFile | null)[]) : undefined;
  } catch {
    return undefined;
  }
}

function readHtml({ body, url }: RegistryAnswer): readonly IndexFile[] {
  const { base, anchors } = findAnchors(body);
  const baseUrl = base !== undefined && URL.canParse(base, url) ? new URL(base, url).href : url;
  return anchors.flatMap((attributes) => readAnchor(attributes, baseUrl));
}

/** The name is that of the URL, not of the text between the tags: that may be cut short for display. */
function readAnchor(attributes: Attributes, baseUrl: string): readonly IndexFile[] {
  const resolved = resolveLink(attributes.get('href') ?? '', baseUrl);
  const fileName = resolved && lastSegment(resolved.url);
  if (!resolved || fileName === undefined || !isFileName(fileName)) return [];
  return [{ fileName, ...resolved, yanked: attributes.get('data-yanked'), size: undefined, publishedAt: undefined }];
}

/** PEP 503 carries the digest in the fragment: `#sha256=…`. */
function resolveLink(link: string, baseUrl: string): { url: string; integrity: Integrity | undefined } | undefined {
  if (!URL.canParse(link, baseUrl)) return undefined;
  const url = new URL(link, baseUrl);
  const digests = Object.fromEntries(new URLSearchParams(url.hash.slice(1)));
  url.hash = '';
  return isHttpUrl(url.href) ? { url: url.href, integrity: strongestOfHex(digests) } : undefined;
}

function lastSegment(url: string): string | undefined {
  try {
    return decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '');
  } catch {
    return undefined;
  }
}

function isFileName(name: string): boolean {
  return /^[\w.+!@~-]+$/.test(name) && !name.startsWith('.');
}
