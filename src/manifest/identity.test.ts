import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseIdentity } from './identity.js';
import { failureOf } from './manifest-rig.js';

describe('parseIdentity', () => {
  test('splits at the first dot before the first @', () => {
    expect(parseIdentity('fettle.node@v1')).toEqual({
      text: 'fettle.node@v1',
      namespace: 'fettle',
      name: 'node',
      version: 'v1',
    });
  });

  test('leaves further dots to the name and further dots and @ to the version', () => {
    expect(parseIdentity('arm.gcc.bare-metal@13.2.1@beta')).toMatchObject({
      namespace: 'arm',
      name: 'gcc.bare-metal',
      version: '13.2.1@beta',
    });
  });

  test('accepts letters of any language and the signs of names such as c++', () => {
    expect(parseIdentity('müller.g++_x@1.0+build~2').name).toBe('g++_x');
  });

  test.each([
    ['', 'empty'],
    ['gcc', 'no @version'],
    ['arm.gcc', 'no @version'],
    ['gcc@v2', 'no dot'],
    ['gcc@v2.0', 'no dot'],
    ['.gcc@v2', 'namespace is empty'],
    ['arm.@v2', 'name is empty'],
    ['arm.gcc@', 'version is empty'],
    ['@', 'no dot'],
    ['arm.gcc/..@v1', '"/"'],
    ['arm.gcc\\x@v1', '"\\\\"'],
    ['arm.gcc@v1\u0000', '"\\u0000"'],
    ['arm.gcc@v 1', '" "'],
    ['arm.gcc@v1\n', '"\\n"'],
    ['arm.gcc@v1{a=1}', '"{"'],
    ['arm..gcc@v1', '".."'],
    ['arm.gcc@v1.', 'ends with a dot'],
    ['C:arm.gcc@v1', '":"'],
    [`arm.${'x'.repeat(150)}@v1`, 'bytes long'],
  ])('refuses %j', (text, problem) => {
    const error = failureOf(() => parseIdentity(text));
    expect(error.code).toBe('E_IDENTITY');
    expect(error.message).toContain(problem);
    expect(error.facts).toMatchObject({ expected: 'namespace.name@version' });
    expect(String(error.facts['got']).slice(0, 150)).toBe(text.slice(0, 150));
  });

  test('counts the length in bytes, as file systems do', () => {
    expect(parseIdentity(`a.${'ü'.repeat(70)}@1`).version).toBe('1');
    expect(failureOf(() => parseIdentity(`a.${'ü'.repeat(80)}@1`)).code).toBe('E_IDENTITY');
  });

  test('whatever parses is made of its three parts again and is safe as the name of a folder', () => {
    const part = fc.string({
      unit: fc.constantFrom('a', 'b', '.', '@', '-', '_', '+', '1', 'é'),
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(part, part, part, (namespace, name, version) => {
        const text = `${namespace}.${name}@${version}`;
        try {
          const parsed = parseIdentity(text);
          expect(`${parsed.namespace}.${parsed.name}@${parsed.version}`).toBe(text);
          expect(parsed.namespace).not.toMatch(/[.@]/);
          expect(parsed.name).not.toContain('@');
          expect(text).not.toMatch(/^\.|\.\.|[/\\]|\.$/);
        } catch (error) {
          expect(error).toMatchObject({ code: 'E_IDENTITY' });
        }
      }),
    );
  });

  test('never throws anything but E_IDENTITY, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          expect(parseIdentity(text).text).toBe(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'E_IDENTITY' });
        }
      }),
    );
  });
});
