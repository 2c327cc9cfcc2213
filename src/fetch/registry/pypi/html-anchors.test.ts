import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { findAnchors } from './html-anchors.js';

function hrefs(html: string): (string | undefined)[] {
  return findAnchors(html).anchors.map((attributes) => attributes.get('href'));
}

describe('anchors', () => {
  test.each([
    ['double quotes', '<a href="x y>z">', ['x y>z']],
    ['single quotes', "<a href='x\"y'>", ['x"y']],
    ['no quotes', '<a href=a/b/c?d=e>', ['a/b/c?d=e']],
    ['capitals, new lines and spaces', '<A\n  HREF =\t"x"\n>', ['x']],
    ['a closed tag', '<a href="x"/>', ['x']],
    ['character references', '<a href="a&amp;b&#61;c&#x64;&unknown;&lt;">', ['a&b=cd&unknown;<']],
    ['a reference beyond Unicode', '<a href="&#1114112;">', ['\uFFFD']],
    ['two of one name: the first', '<a href="1" href="2">', ['1']],
    ['no href: none', '<a name="x">', []],
    ['other elements: none', '<abbr href="x"><area href="y"><b a href="z">', []],
    ['comments: none', '<!-- <a href="x"> --><a href="y"><!-- <a href="z">', ['y']],
    ['scripts: none', '<script>"<a href=x>"</script><a href="y"><STYLE><a href=z></style >', ['y']],
    ['a tag that never ends: none', '<a href="x">1</a><a href="y', ['x']],
    ['a stray less-than', '1 < 2 <a href="x">', ['x']],
  ])('with %s', (_what, html, expected) => {
    expect(hrefs(html)).toEqual(expected);
  });

  test('keep attributes without a value', () => {
    expect(findAnchors('<a data-yanked href=x>').anchors[0]?.get('data-yanked')).toBe('');
  });
});

test('the first base counts', () => {
  expect(findAnchors('<base target="x"><base href="/a/"><base href="/b/"><a href="c">').base).toBe('/a/');
});

test('whatever an href holds comes back when it is written as HTML says', () => {
  const escape = (text: string): string =>
    text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (values) => {
      const html = values.map((value) => `<p>text<a href="${escape(value)}" class=c>name</a>`).join('\n');
      expect(hrefs(html)).toEqual(values);
    }),
  );
});

test('no text makes it fail', () => {
  const markup = fc.constantFrom(
    '<',
    'a',
    ' ',
    '>',
    '"',
    "'",
    '=',
    '/',
    '<a',
    '<a ',
    'href',
    '<!--',
    '&#',
    ';',
    '<base ',
  );
  fc.assert(
    fc.property(
      fc.array(markup).map((parts) => parts.join('')),
      (html) => {
        for (const attributes of findAnchors(html).anchors) expect(attributes.has('href')).toBe(true);
      },
    ),
  );
});
