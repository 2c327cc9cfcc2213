import { describe, expect, test } from '@jest/globals';
import { defaultCacheRoot } from './index.js';
import { testHost } from './testing/test-host.js';

describe('the default cache root', () => {
  test.each([
    [
      'is what FETTLE_CACHE_ROOT says',
      { env: { FETTLE_CACHE_ROOT: '/big/cache', XDG_CACHE_HOME: '/xdg' } },
      '/big/cache',
    ],
    [
      'takes a relative FETTLE_CACHE_ROOT from the working directory',
      { env: { FETTLE_CACHE_ROOT: 'here' } },
      '/work/here',
    ],
    ['ignores an empty FETTLE_CACHE_ROOT', { env: { FETTLE_CACHE_ROOT: '' } }, '/home/user/.cache/fettle'],
    ['lies in XDG_CACHE_HOME', { env: { XDG_CACHE_HOME: '/xdg' } }, '/xdg/fettle'],
    ['ignores a relative XDG_CACHE_HOME', { env: { XDG_CACHE_HOME: 'xdg' } }, '/home/user/.cache/fettle'],
    ['lies in ~/.cache on Linux', {}, '/home/user/.cache/fettle'],
    ['lies in ~/Library/Caches on macOS', { platform: 'darwin' as const }, '/home/user/Library/Caches/fettle'],
    [
      'lies in LOCALAPPDATA on Windows',
      { platform: 'windows' as const, env: { LOCALAPPDATA: '/local' } },
      '/local/fettle/cache',
    ],
    [
      'finds its place on Windows without LOCALAPPDATA',
      { platform: 'windows' as const },
      '/home/user/AppData/Local/fettle/cache',
    ],
  ])('%s', (_name, changes, root) => {
    expect(defaultCacheRoot(testHost(changes))).toBe(root);
  });
});
