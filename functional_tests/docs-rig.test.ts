import { describe, expect, test } from '@jest/globals';
import { checkBlock, whyUnchecked } from './documentation/check-block.js';
import { anchorsOf } from './documentation/links.js';
import { parseBlocks } from './documentation/page.js';
import { comparableLines, isSameOutput } from './documentation/plain-text.js';
import { play, playsOf } from './documentation/play-page.js';
import { parseSession } from './documentation/session.js';

/** A page of one block. */
function pageWith(info: string, code: string, ...comments: readonly string[]): string {
  return `${comments.map((comment) => `<!-- ${comment} -->\n`).join('')}\`\`\`${info}\n${code}\n\`\`\`\n`;
}

function playText(text: string): Promise<void> {
  const [first] = playsOf({ path: 'page.md', blocks: parseBlocks('page.md', text) });
  if (!first) throw new Error('nothing to play');
  return play(first);
}

async function checkText(text: string): Promise<void> {
  for (const block of parseBlocks('page.md', text)) await checkBlock(block);
}

describe('reading a page', () => {
  test('gives each block its place, its language, its kind and the comments above it', () => {
    const text = `# Title\n\n${pageWith('lua recipe', 'x = 1', 'file: a.lua')}${pageWith('', '')}`;
    const [block, bare] = parseBlocks('docs/a.md', text);
    expect(block).toMatchObject({ at: 'docs/a.md:4', language: 'lua', kind: 'recipe', code: 'x = 1\n' });
    expect([...(block?.directives ?? [])]).toEqual([['file', 'a.lua']]);
    expect(bare).toMatchObject({ language: '', directives: new Map() });
  });

  test('takes the indent of a list away, and a fence of four for one block', () => {
    const text = '- a\n\n  ```sh\n  echo\n    two\n  ```\n\n````text\n```\n````\n';
    expect(parseBlocks('a.md', text).map(({ code }) => code)).toEqual(['echo\n  two\n', '```\n']);
  });

  test('fails for a block without an end', () => {
    expect(() => parseBlocks('a.md', '```sh\necho')).toThrow('a.md:1: the block has no end');
  });

  test.each([
    ['sh', [], 'it is neither run nor says why not'],
    ['', [], 'it is neither run nor says why not'],
    ['yaml', [], 'it is neither run nor says why not'],
    ['lua', [], 'it is no manifest, recipe or file'],
    ['sh', ['not run'], 'it does not say why it is not run'],
    ['sh', ['run'], undefined],
    ['sh', ['not run: needs root'], undefined],
    ['lua recipe', [], undefined],
    ['console', [], undefined],
    ['json', [], undefined],
  ])('knows whether somebody looks at a block of %j with %j', (info, comments, why) => {
    expect(parseBlocks('a.md', pageWith(info, '', ...comments)).map(whyUnchecked)).toEqual([why]);
  });
});

test('headings have the anchors that GitHub gives them, those in code have none', () => {
  const text = '# Why not …\n\n## `ctx` & [links](a.md)\n\n## 1. Use it\n\n## 1. Use it\n\n```sh\n# no heading\n```\n';
  expect([...anchorsOf(text)]).toEqual(['why-not-', 'ctx--links', '1-use-it', '1-use-it-1']);
});

describe('comparing an output', () => {
  test('passes over times, sizes, keys, folders and the order of lines', () => {
    const seen = comparableLines('b  0.1 s\n/tmp/x/1 12 kB\nlinux-arm64-0123456789abcdef\n', [['/tmp/x', '/home/me']]);
    const shown = comparableLines('/home/me/1 3 MB\nlinux-x86_64-ffffffffffffffff\nb 22 ms\n', []);
    expect(isSameOutput(seen, shown)).toBe(true);
  });

  test('sees a line too many, a line too few and a line that is another', () => {
    expect(isSameOutput(['a', 'b'], ['a'])).toBe(false);
    expect(isSameOutput(['a'], ['a', 'a'])).toBe(false);
    expect(isSameOutput(['a'], ['b'])).toBe(false);
  });

  test('lets … stand for any lines, but not for those that are shown', () => {
    expect(isSameOutput(['a', 'b', 'c'], ['a', '…'])).toBe(true);
    expect(isSameOutput(['a', 'b'], ['…', 'd'])).toBe(false);
  });
});

describe('a session', () => {
  test('is commands, lines that go on with them, and outputs', () => {
    expect(parseSession('$ a \\\n> b\nout\n$ c\n')).toEqual([
      { command: 'a \\\nb', shown: 'out\n' },
      { command: 'c', shown: '\n' },
    ]);
    expect(() => parseSession('no command')).toThrow('begins with a command');
  });

  test('that shows another output than there is fails', async () => {
    await playText(pageWith('console', '$ echo one; cd /; false\none\n$ pwd\n/'));
    await expect(playText(pageWith('console', '$ echo one\ntwo'))).rejects.toThrow('toEqual');
    await expect(playText(pageWith('console', '$ fettle version\n0.0.0'))).rejects.toThrow('toEqual');
  });
});

describe('a block', () => {
  test('that is run fails with its script', async () => {
    await expect(playText(pageWith('sh', 'false', 'run'))).rejects.toThrow('toEqual');
  });

  test.each([
    ['a command that does not exist', pageWith('sh', 'fettle synk', 'not run: a test')],
    ['an option that does not exist', pageWith('sh', 'echo && npx fettle sync --lokced', 'not run: a test')],
    ['a script that bash cannot read', pageWith('sh', 'if true', 'not run: a test')],
    [
      'a job whose script has an unknown option',
      pageWith('yaml', 'a:\n  script:\n    - fettle sync --x', 'not run: a'),
    ],
    ['JSON that is none', pageWith('json', '{')],
    ['TOML that is none', pageWith('toml', '=')],
    ['a manifest that does not load', pageWith('lua manifest', 'packages = { { recip = "a.b@v1" } }')],
    ['a recipe that does not load', pageWith('lua recipe', 'identity = "a.b@v1"\nfetch = 1')],
    ['a shipped recipe that is not there', pageWith('lua recipe', 'dependencies = { "fettle.gone@v1" }')],
  ])('with %s fails', async (_what, text) => {
    await expect(checkText(text)).rejects.toThrow();
  });

  test('of JSON has the fields that the command prints', async () => {
    const [comment, code] = ['fields of: fettle version --json', '{"version":1,"platform":"","arch":"","node":""}'];
    await playText(pageWith('json', code, comment));
    await expect(playText(pageWith('json', '{"version":1}', comment))).rejects.toThrow('toEqual');
  });
});
