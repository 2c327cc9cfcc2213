import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const LINK = /\]\(([^()\s]+)\)/g;

/** Links of a page to a file or a heading of this repository that is not there. */
export function brokenLinks(path: string): readonly string[] {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const links = [...prose(text).matchAll(LINK)].map(([, target = '']) => target);
  return links.filter((target) => !/^\w+:/.test(target) && !leadsSomewhere(path, target));
}

function leadsSomewhere(path: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const page = file === '' ? join(ROOT, path) : join(ROOT, dirname(path), file);
  if (!existsSync(page)) return false;
  return anchor === undefined || anchorsOf(readFileSync(page, 'utf8')).has(anchor);
}

/** What a heading is called in an address: GitHub's rule. A heading that stands twice is numbered the second time. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of prose(text).matchAll(/^#+ (.+)$/gm)) {
    const name = anchorOf(heading);
    const taken = [...anchors].filter((each) => each === name || each.startsWith(`${name}-`)).length;
    anchors.add(anchors.has(name) ? `${name}-${taken}` : name);
  }
  return anchors;
}

function anchorOf(heading: string): string {
  const plain = heading.replaceAll(/[`*]/g, '').replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  return plain
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

/** The page without its blocks of code, in which `#` begins a comment. */
function prose(text: string): string {
  return text.replaceAll(/^\s*(`{3,})[^`\n]*\n.*?^\s*\1$/gms, '');
}
