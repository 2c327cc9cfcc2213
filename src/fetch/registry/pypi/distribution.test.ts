import { describe, expect, test } from '@jest/globals';
import { normalizeName, parseDistribution } from './distribution.js';

describe('a distribution file', () => {
  test('that is a wheel says its tags and build', () => {
    expect(parseDistribution('My_Tool-1.0_1-2b-py2.py3-none-linux_x86_64.win32.whl', 'my.tool')).toEqual({
      kind: 'wheel',
      version: '1.0-1',
      build: [2, 'b'],
      python: ['py2', 'py3'],
      abi: ['none'],
      platform: ['linux_x86_64', 'win32'],
    });
  });

  test.each([
    ['tool-1.0.tar.gz', 'tool', '1.0', '.tar.gz'],
    ['my-old-tool-1.0-beta.zip', 'my_old_tool', '1.0-beta', '.zip'],
    ['Tool_Kit-2.0.TAR.BZ2', 'tool-kit', '2.0', '.tar.bz2'],
  ])('%s is an sdist', (fileName, project, version, extension) => {
    expect(parseDistribution(fileName, project)).toEqual({ kind: 'sdist', version, extension });
  });

  test.each([
    'tool-1.0.exe',
    'other-1.0.tar.gz',
    'tool.tar.gz',
    'tool-1.0-any.whl',
    'other-1.0-py3-none-any.whl',
    'tool-1.0-b1-py3-none-any.whl',
  ])('%s is neither', (fileName) => {
    expect(parseDistribution(fileName, 'tool')).toBeUndefined();
  });
});

test('names meet in one spelling', () => {
  expect(['Foo.Bar', 'foo--bar', 'FOO_bar', 'foo-_.bar'].map(normalizeName)).toEqual(Array(4).fill('foo-bar'));
});
