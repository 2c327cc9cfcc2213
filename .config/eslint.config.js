import prettier from 'eslint-config-prettier';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const TYPESCRIPT = ['**/*.ts', '**/*.tsx'];
const TESTS = ['**/*.test.ts', '**/*.test.tsx', 'functional_tests/**'];
const PLAIN_SCRIPTS = ['**/*.js', '**/*.mjs', '**/*.cjs'];

const EDGE_ONLY = 'Only src/host and src/cli touch the process; take a Host instead.';

/** What the machine is, which no caller can set, may be read anywhere; killing is for those who look after processes. */
const processOnlyFor = (allowed) => [
  {
    selector: `MemberExpression[object.name="process"]:not([property.name=/^(${allowed.join('|')})$/])`,
    message: EDGE_ONLY,
  },
  { selector: 'VariableDeclarator[init.name="process"]', message: EDGE_ONLY },
];

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration, ExportSpecifier[exported.name="default"]',
  message: 'Export by name, so that every place uses one name.',
};

const noErrorInstanceof = {
  selector: 'BinaryExpression[operator="instanceof"][right.name="Error"]',
  message: 'Errors cross realms; test them by shape: hasCode(error, …), messageOf(error).',
};

/** Measured in docs/performance.md: it made the collection of thousands of small packages several times as dear. */
const noOldFunctions = {
  selector: [
    'AssignmentExpression[left.type="MemberExpression"][right.type=/^(ArrowFunction|Function)Expression$/]',
    'ObjectExpression > Property[kind="get"]',
  ].join(', '),
  message:
    'V8 makes this function among its old objects, so all that it reaches lives until the next full collection: use a field or a getter of a class.',
};

export default defineConfig(
  { ignores: ['dist/**', 'coverage/**', '**/.fettle/**', 'test_data/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: TYPESCRIPT,
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // `await using _held = …` is a resource, not an unused name; generators that only return are lazy on purpose.
      '@typescript-eslint/require-await': 'off',
      // `env['X'] || standard` on purpose takes the standard for the empty text, too.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      // Overflows the stack on types that contain themselves, such as an option's value.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // Index signatures stay readable with brackets: noUncheckedIndexedAccess watches over them.
      '@typescript-eslint/dot-notation': 'off',
      'no-console': 'error',
      'no-restricted-syntax': ['error', noDefaultExport, noErrorInstanceof],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    files: ['src/**/*.ts', 'src/**/*.tsx'],
    ignores: TESTS,
    rules: { 'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }] },
  },
  {
    files: ['src/**/*.ts', 'src/**/*.tsx'],
    ignores: [...TESTS, 'src/host/**', 'src/cli/**'],
    rules: {
      'no-restricted-syntax': [
        'error',
        noDefaultExport,
        noErrorInstanceof,
        noOldFunctions,
        ...processOnlyFor(['platform', 'execPath', 'report']),
      ],
      'no-restricted-imports': [
        'error',
        { paths: ['node:process', 'process'].map((name) => ({ name, message: EDGE_ONLY })) },
      ],
    },
  },
  {
    files: ['src/process/**/*.ts', 'src/cache/**/*.ts'],
    ignores: TESTS,
    rules: {
      'no-restricted-syntax': [
        'error',
        noDefaultExport,
        noErrorInstanceof,
        noOldFunctions,
        ...processOnlyFor(['platform', 'kill']),
      ],
    },
  },
  // Declarations of foreign packages have the exports that those packages have.
  { files: ['**/*.d.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['src/cli/**'], rules: { 'no-console': 'off' } },
  {
    files: TESTS,
    rules: {
      'no-console': 'off',
      'max-lines': ['error', { max: 500, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      // expect(spy.method) reads a method without calling it, and matchers are often thenables.
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  { files: PLAIN_SCRIPTS, extends: [tseslint.configs.recommended], rules: { 'max-lines': ['error', 300] } },
  {
    files: ['**/*.cjs'],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  prettier,
);
