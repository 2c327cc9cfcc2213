import { fileURLToPath } from 'node:url';

const rootDir = fileURLToPath(new URL('..', import.meta.url));

/** Only .tsx files hold JSX: in a .ts file `<T>(value: T) => …` is a generic function. */
const typescript = (tsx) => [
  '@swc/jest',
  {
    swcrc: false,
    jsc: { target: 'es2022', parser: { syntax: 'typescript', tsx }, transform: { react: { runtime: 'automatic' } } },
    module: { type: 'es6' },
    sourceMaps: 'inline',
  },
];

const shared = {
  rootDir,
  testEnvironment: 'node',
  setupFiles: ['<rootDir>/.config/outside-ci.js'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: { '^.+\\.ts$': typescript(false), '^.+\\.tsx$': typescript(true) },
};

export default {
  rootDir,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/src/**/*.test.ts', '<rootDir>/src/**/*.test.tsx', '<rootDir>/bench/**/*.test.mjs'],
    },
    {
      ...shared,
      displayName: 'functional',
      testMatch: ['<rootDir>/functional_tests/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/functional_tests/faults/'],
    },
    // Minutes long: `npm run test:faults`.
    { ...shared, displayName: 'faults', testMatch: ['<rootDir>/functional_tests/faults/**/*.test.ts'] },
  ],
  // jest would leave a core to itself, which does next to nothing: on two cores the tests would take twice as long.
  maxWorkers: '100%',
  // A net for hanging tests only: functional tests start real processes on machines that may be busy.
  testTimeout: 120_000,
};
