import { describe, expect, test } from '@jest/globals';
import { readPlainSync } from './plain-sync.js';

const DEFAULTS = { color: 'auto', reporter: 'auto' };

describe('a plain sync', () => {
  test.each<[string, object, object]>([
    ['sync', {}, {}],
    ['-q sync', { quiet: true }, {}],
    ['sync --quiet --json', { quiet: true }, { json: true }],
    ['-C there sync --cache-root here --locked', { directory: 'there', cacheRoot: 'here' }, { locked: true }],
    ['--manifest sync sync', { manifest: 'sync' }, {}],
    // That both are too much is not for who only reads.
    ['sync --locked --frozen', {}, { locked: true, frozen: true }],
  ])('is understood: %s', (line, globals, options) => {
    expect(readPlainSync(line.split(' '), {})).toEqual({ globals: { ...DEFAULTS, ...globals }, options });
  });

  test.each([
    '',
    'snyc',
    'sync sync',
    'sync x',
    '--locked sync',
    'sync --help',
    'sync --dry-run',
    'sync --link copy',
    'sync -q -q',
    'sync --cache-root',
    'sync --cache-root=here',
    'sync --cache-root --json',
    'sync -C one -C two',
    '-C one --directory two sync',
    'sync -qC there',
    'sync --',
    'sync --verbose',
    'help sync',
    'version',
  ])('is left to the grammar: %s', (line) => {
    expect(readPlainSync(line.split(' '), {})).toBeUndefined();
  });

  test('is left to the grammar where the environment holds options, set or not', () => {
    expect(readPlainSync(['sync'], { FETTLE_JOBS: '2' })).toBeUndefined();
    expect(readPlainSync(['sync'], { FETTLE_QUIET: '' })).toBeUndefined();
    expect(readPlainSync(['sync'], { fettle_link: 'copy' })).toBeUndefined();
    expect(readPlainSync(['sync'], { FETTLE_CACHE_ROOT: '/c', PATH: '/bin' })).toBeDefined();
  });
});
