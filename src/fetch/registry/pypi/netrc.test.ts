import { expect, test } from '@jest/globals';
import { netrcAuthorization, parseNetrc } from './netrc.js';

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

test('a machine is found by its name, any other gets the default', () => {
  const netrc = parseNetrc(`
# machine 127.0.0.9 login no password no
machine 127.0.0.1 login ann password "s\\"e cret" account x
macdef init
  machine 127.0.0.3 login macro password macro

machine 127.0.0.2
  login bob
  password #hash
machine 127.0.0.1 login second password second
default login any password one`);
  expect(netrcAuthorization(netrc, 'http://127.0.0.1:8080/x')).toBe(basic('ann', 's"e cret'));
  expect(netrcAuthorization(netrc, 'https://127.0.0.3/')).toBe(basic('any', 'one'));
  expect([...netrc.keys()]).toEqual(['127.0.0.1', '127.0.0.2', '']);
});

test('a file without entries knows nobody', () => {
  expect(netrcAuthorization(parseNetrc('macdef x\nmachine a login b password c'), 'http://a/')).toBeUndefined();
});
