import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { FAILED, replaceMeasured } from './page.mjs';

const END = '<!-- end of what is measured -->';
const PAGE = `# Performance

By hand.

<!-- measured: locks -->

old

${END}

## More by hand

<!-- measured: no-op -->
${END}
`;
const LOCKS = { name: 'locks', title: 'Locks', why: 'They cost little.' };

describe('what was measured', () => {
  test('comes between its markers, and all else stays', () => {
    expect(replaceMeasured(PAGE, LOCKS, '\n| new |\n')).toBe(PAGE.replace('old', '| new |'));
  });

  test('may be put there again', () => {
    const once = replaceMeasured(PAGE, { name: 'no-op' }, '| new |');
    expect(replaceMeasured(once, { name: 'no-op' }, '| new |')).toBe(once);
    expect(once).toContain('old');
  });

  test('gets a section at the end when the page has no place for it', () => {
    const page = replaceMeasured(PAGE, { ...LOCKS, name: 'graph', title: 'Graph' }, '| new |');
    expect(page.startsWith(PAGE)).toBe(true);
    expect(page.slice(PAGE.length)).toBe(
      `\n## Graph\n\nThey cost little.\n\n<!-- measured: graph -->\n\n| new |\n\n${END}\n`,
    );
  });

  test('is not taken for a pattern', () => {
    expect(replaceMeasured(PAGE, LOCKS, "$& $1 $'")).toContain("$& $1 $'");
  });

  test('never goes over what is written by hand, when an end is missing', () => {
    const broken = PAGE.replace(`old\n\n${END}`, 'old');
    expect(() => replaceMeasured(broken, LOCKS, 'new')).toThrow('<!-- measured: locks --> has no end');
  });

  test('has one place', () => {
    expect(() => replaceMeasured(PAGE + PAGE, LOCKS, 'new')).toThrow('more than once');
  });

  test('is on the page for each measurement', async () => {
    const page = await readFile(new URL('../../docs/performance.md', import.meta.url), 'utf8');
    expect(page).not.toContain(FAILED);
  });
});
