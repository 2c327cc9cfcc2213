import { describe, expect, test } from '@jest/globals';
import { RecipeRig, WORK, failureOf } from './recipe-rig.js';

const toolOf = (rig: RecipeRig, lua: string) => {
  const { build } = rig.load(`${WORK}build = ${lua}`);
  return build.form === 'table' ? build.tool : build;
};

describe('build tables', () => {
  test('have defaults for everything', () => {
    using rig = new RecipeRig();
    const common = { source: undefined, env: {}, args: [] };
    const targets = { targets: [], install: true };
    expect(toolOf(rig, '{ cmake = {} }')).toEqual({
      kind: 'cmake',
      ...common,
      ...targets,
      defines: {},
      generator: undefined,
      buildType: 'Release',
    });
    expect(toolOf(rig, '{ make = {} }')).toEqual({ kind: 'make', ...common, ...targets });
    expect(toolOf(rig, '{ meson = {} }')).toEqual({
      kind: 'meson',
      ...common,
      defines: {},
      buildType: 'release',
      install: true,
    });
    expect(toolOf(rig, '{ autotools = {} }')).toEqual({ kind: 'autotools', ...common, makeArgs: [], install: true });
    expect(toolOf(rig, '{ cargo = {} }')).toEqual({ kind: 'cargo', ...common, features: [], bins: [], locked: true });
  });

  test('read every field of cmake', () => {
    using rig = new RecipeRig();
    const lua = `{ cmake = {
      source = "llvm-1.0/llvm", env = { CC = "clang", LEVEL = 2 }, args = { "-Wno-dev" },
      defines = { BUILD_TESTING = false, WITH_X = true, JOBS = 4, NAME = "x y" },
      generator = "Ninja", build_type = "Debug", targets = { "all", "docs" }, install = false,
    } }`;
    expect(toolOf(rig, lua)).toEqual({
      kind: 'cmake',
      source: 'llvm-1.0/llvm',
      env: { CC: 'clang', LEVEL: '2' },
      args: ['-Wno-dev'],
      defines: { BUILD_TESTING: 'OFF', WITH_X: 'ON', JOBS: '4', NAME: 'x y' },
      generator: 'Ninja',
      buildType: 'Debug',
      targets: ['all', 'docs'],
      install: false,
    });
  });

  test('read the fields of the other tools', () => {
    using rig = new RecipeRig();
    expect(toolOf(rig, '{ make = { args = { "V=1" }, targets = { "lib" }, install = false } }')).toMatchObject({
      args: ['V=1'],
      targets: ['lib'],
      install: false,
    });
    expect(toolOf(rig, '{ meson = { defines = { docs = false }, build_type = "debug" } }')).toMatchObject({
      defines: { docs: 'false' },
      buildType: 'debug',
    });
    expect(toolOf(rig, '{ autotools = { args = { "--static" }, make_args = { "-k" } } }')).toMatchObject({
      args: ['--static'],
      makeArgs: ['-k'],
    });
    expect(toolOf(rig, '{ cargo = { features = { "a" }, bins = { "b" }, locked = false } }')).toMatchObject({
      features: ['a'],
      bins: ['b'],
      locked: false,
    });
  });

  test.each([
    ['{}', 'build', undefined],
    ['{ "cmake" }', 'build', undefined],
    ['{ cmake = {}, make = {} }', 'build', undefined],
    ['{ cmke = {} }', 'build', 'cmake'],
    ['{ bazel = {} }', 'build', undefined],
    ['{ cmake = true }', 'build.cmake', undefined],
    ['{ cmake = "-DX=1" }', 'build.cmake', undefined],
    ['{ cmake = { define = {} } }', 'build.cmake.define', 'defines'],
    ['{ make = { target = {} } }', 'build.make.target', 'targets'],
    ['{ make = { defines = {} } }', 'build.make.defines', undefined],
    ['{ cmake = { args = "-DX=1" } }', 'build.cmake.args', undefined],
    ['{ cmake = { args = { 1 } } }', 'build.cmake.args[1]', undefined],
    ['{ cmake = { defines = { X = {} } } }', 'build.cmake.defines.X', undefined],
    ['{ cmake = { install = "no" } }', 'build.cmake.install', undefined],
    ['{ cmake = { generator = 1 } }', 'build.cmake.generator', undefined],
    ['{ cargo = { locked = 1 } }', 'build.cargo.locked', undefined],
    ['{ make = { env = { ["="] = "x" } } }', 'build.make.env["="]', undefined],
    ['{ make = { source = "../elsewhere" } }', 'build.make.source', undefined],
    ['{ make = { source = "/usr/src" } }', 'build.make.source', undefined],
  ])('build = %s is an error with its place', (lua, field, nearest) => {
    using rig = new RecipeRig();
    const error = failureOf(() => toolOf(rig, lua));
    expect([error.code, error.facts['field'], error.location?.line]).toEqual(['E_RECIPE', field, 3]);
    expect(error.facts['nearest']).toBe(nearest);
  });
});
