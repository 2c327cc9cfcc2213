// The import law: which room of src/ may import which, and which room owns which package.

/** Lower rooms first: a room may import those before it, never those after it. */
const ROOMS = [
  'errors',
  'events',
  'host',
  'support',
  'lua',
  'process',
  'archive',
  'fetch',
  'cache',
  'manifest',
  'recipe',
  'engine',
  'carry',
  'project',
  'report',
  'cli',
];

/** Packages that only one place may import, so that replacing one means changing one place. */
const OWNED_PACKAGES = [
  { packages: ['fengari', 'fengari-interop'], owner: '^src/lua/' },
  { packages: ['proper-lockfile'], owner: '^src/cache/lock-worker[.]ts$' },
  { packages: ['execa'], owner: '^src/process/' },
  { packages: ['xz-decompress', 'zstddec'], owner: '^src/archive/decompress/' },
  { packages: ['tar', '@hpcc-js/wasm-zstd'], owner: '^src/carry/' },
  { packages: ['extract-zip'], owner: '^src/archive/' },
  { packages: ['yauzl'], owner: '^src/(archive/zip/|fetch/module-zip-hash[.]ts$)' },
  { packages: ['undici', 'pacote', '@npmcli/config', 'packageurl-js'], owner: '^src/fetch/' },
  {
    packages: ['@sigstore', 'tuf-js'],
    owner: '^(src/fetch/registry/npm/provenance/|functional_tests/support/sigstore[.]ts$)',
  },
  { packages: ['ink', 'react'], owner: '^src/report/tui/' },
  { packages: ['@opentelemetry'], owner: '^src/report/telemetry/open-telemetry[.]ts$' },
  { packages: ['commander'], owner: '^src/cli/' },
];

const TEST_FILE = '[.]test[.]tsx?$';

const roomOrder = ROOMS.slice(0, -1).map((room, index) => ({
  name: `room-order-${room}`,
  comment: `src/${room} may not import the rooms above it.`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: `^src/(${ROOMS.slice(index + 1).join('|')})/` },
}));

const ownedPackages = OWNED_PACKAGES.map(({ packages, owner }) => ({
  name: `owned-${packages[0].replace(/\W+/g, '-').replace(/^-/, '')}`,
  comment: `${packages.join(', ')}: only ${owner} imports it.`,
  severity: 'error',
  from: { path: '^(src|functional_tests)/', pathNot: [owner, TEST_FILE] },
  to: { path: `node_modules/(@types/)?(${packages.join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...roomOrder,
    ...ownedPackages,
    {
      name: 'no-cycles',
      comment: 'Files that import each other, types included, cannot be read one at a time.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'through-the-front-door',
      comment: 'A room is imported through its index.ts only; src/support is a shelf of single files.',
      severity: 'error',
      from: { path: '^src/([^/]+)/.+' },
      to: { path: '^src/[^/]+/.+', pathNot: ['^src/$1/', '^src/support/', '^src/[^/]+/index[.]ts$'] },
    },
    {
      name: 'library-face-through-the-front-door',
      comment: 'src/index.ts re-exports what rooms offer, through their index.ts only.',
      severity: 'error',
      from: { path: '^src/index[.]ts$' },
      to: { path: '^src/[^/]+/.+', pathNot: ['^src/support/', '^src/[^/]+/index[.]ts$'] },
    },
    {
      name: 'library-without-command-line',
      comment: 'The library prints nothing and never ends the process.',
      severity: 'error',
      from: { path: '^src/index[.]ts$' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'nobody-imports-the-library-face',
      comment: 'src/index.ts is for users of the package.',
      severity: 'error',
      from: { path: '^src/.+/' },
      to: { path: '^src/index[.]ts$' },
    },
    {
      name: 'known-rooms-only',
      comment: 'A new folder of src/ needs its place in the order above.',
      severity: 'error',
      from: {},
      to: { path: '^src/[^/]+/', pathNot: `^src/(${ROOMS.join('|')})/` },
    },
    {
      name: 'functional-tests-use-the-command',
      comment:
        'Functional tests drive the built command; of the sources they know the hostile archives, which are data.',
      severity: 'error',
      from: { path: '^functional_tests/' },
      to: { path: '^src/', pathNot: '^src/archive/hostile/corpus[.]ts$' },
    },
    {
      name: 'sources-without-test-code',
      comment: 'What ships does not import tests or what only tests use.',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST_FILE },
      to: { path: `^functional_tests/|^bench/|${TEST_FILE}` },
    },
    {
      name: 'sources-without-development-packages',
      comment: 'What ships imports only dependencies, or types that are gone after compilation.',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST_FILE },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
        pathNot: '/@types/',
      },
    },
    {
      name: 'resolvable',
      comment: 'Every import leads somewhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
