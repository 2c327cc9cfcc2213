import { execFileSync } from 'node:child_process';
import { parseEnv } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ComposedEnvironment } from './compose.js';
import { formatEnvironment, type EnvironmentFormat } from './format.js';
import { githubEnvironment } from './github.js';

const BASE = { PATH: '/usr/bin:/bin' };

/** Anything that an environment can hold, with what shells find special in plenty. */
const anyValue = fc
  .array(
    fc.oneof(
      fc.constantFrom("'", '"', '\\', '$', '`', '\n', '\r', ' ', '!', '#', '=', '*', '~', ';', '$(x)', '\u2019'),
      fc.string({ unit: 'grapheme' }),
    ),
  )
  .map((parts) => parts.join('').replaceAll('\0', ''));
const anyFolder = anyValue.map((text) => `/${text.replaceAll(':', '')}`);

function composed(variables: Record<string, string>, path: readonly string[] = []): ComposedEnvironment {
  return { projectDir: "/it's a project", path, variables, conflicts: [] };
}

const SHELLS: { format: EnvironmentFormat; argv: string[] }[] = [
  { format: 'bash', argv: ['bash', '--norc', '-u', '-c'] },
  { format: 'sh', argv: ['sh', '-u', '-c'] },
  { format: 'zsh', argv: ['zsh', '-f', '-u', '-c'] },
];

function isInstalled(shell: string): boolean {
  try {
    execFileSync(shell, ['-c', 'exit 0'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Evaluates the code twice and prints what children would see, each value ended by a NUL byte. */
function evaluate([program = '', ...args]: readonly string[], code: string, env: Record<string, string>): string[] {
  const script = 'eval "$1"; eval "$1"; printf "%s\\0" "$VALUE" "$FETTLE_PROJECT_DIR" "${PATH-}"';
  return execFileSync(program, [...args, script, 'name', code], { env, encoding: 'utf8' }).split('\0');
}

describe.each(SHELLS.filter(({ argv }) => isInstalled(argv[0]!)))('code for $format', ({ format, argv }) => {
  test('gives any value and any folder exactly, also when it is evaluated twice', () => {
    fc.assert(
      fc.property(anyValue, fc.array(anyFolder, { minLength: 1, maxLength: 3 }), (value, folders) => {
        const code = formatEnvironment(composed({ VALUE: value }, folders), format, BASE);
        const expected = [value, "/it's a project", [...folders, BASE.PATH].join(':'), ''];
        expect(evaluate(argv, code, BASE)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('leaves no empty entry when PATH was empty', () => {
    // Some systems have a zshenv, which is read whatever the options say, and which fills an empty PATH.
    const code = `PATH=''\n${formatEnvironment(composed({ VALUE: '' }, ['/a']), format, {})}`;
    expect(evaluate([`/bin/${argv[0]!}`, ...argv.slice(1)], code, { PATH: '' })).toEqual([
      '',
      "/it's a project",
      '/a',
      '',
    ]);
  });

  test('a name that would be code is not set', () => {
    const code = formatEnvironment(
      composed({ 'X=1; VALUE=broken; Y': 'x', 'a\nVALUE=broken': 'x', VALUE: 'fine' }),
      format,
      {},
    );
    expect(evaluate(argv, code, BASE)[0]).toBe('fine');
    expect(code).toContain('# fettle: no variable of this shell can be named "a\\nVALUE=broken"\n');
  });
});

test('code for fish quotes backslashes and quotes, and nothing else', () => {
  const code = formatEnvironment(composed({ VALUE: String.raw`it's $a \n "q"` }, ['/a b', '/c']), 'fish', BASE);
  expect(code.split('\n').slice(0, 3)).toEqual([
    String.raw`set -gx VALUE 'it\'s $a \\n "q"'`,
    String.raw`set -gx FETTLE_PROJECT_DIR '/it\'s a project'`,
    `set -l fettle_path '/a b' '/c'`,
  ]);
});

test('code for PowerShell doubles every quote that it takes for a single one', () => {
  const code = formatEnvironment(composed({ VALUE: "it's “$a” ‘b’ `n" }, ['/a']), 'powershell', BASE);
  expect(code).toContain("$env:VALUE = 'it''s “$a” ‘‘b’’ `n'\n");
  expect(code).toContain(`.StartsWith('/a:', [StringComparison]::Ordinal)`);
});

test('JSON holds the final values', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const text = formatEnvironment(composed({ 'ANY NAME': value }, ['/a']), 'json', BASE);
      expect(JSON.parse(text)).toEqual({
        'ANY NAME': value,
        FETTLE_PROJECT_DIR: "/it's a project",
        PATH: '/a:/usr/bin:/bin',
      });
    }),
  );
});

describe('dotenv', () => {
  test('means the same to a shell that sources it', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const text = formatEnvironment(composed({ VALUE: value }, ['/a']), 'dotenv', BASE);
        expect(evaluate(['sh', '-c'], text, BASE)).toEqual([value, "/it's a project", '/a:/usr/bin:/bin', '']);
      }),
      { numRuns: 60 },
    );
  });

  test('means the same to Node, as long as a value has no single quote', () => {
    fc.assert(
      fc.property(anyValue, (raw) => {
        const value = raw.replace(/['\r]/g, '');
        const text = formatEnvironment({ ...composed({ VALUE: value }), projectDir: '/p' }, 'dotenv', BASE);
        expect(parseEnv(text)['VALUE']).toBe(value);
      }),
    );
  });
});

describe('github', () => {
  test('any value comes back from the runner', () => {
    fc.assert(
      fc.property(
        fc.oneof(anyValue, fc.constantFrom('FETTLE_END_OF_VALUE', 'a\nFETTLE_END_OF_VALUE\nB=1')),
        (value) => {
          const { env } = githubEnvironment(composed({ VALUE: value, AFTER: 'x' }));
          expect(readByRunner(env)).toEqual({ VALUE: value, AFTER: 'x', FETTLE_PROJECT_DIR: "/it's a project" });
        },
      ),
    );
  });

  test('the runner puts later lines first, so the first folder is the last line', () => {
    expect(githubEnvironment(composed({}, ['/a', '/b'])).path).toBe('/b\n/a\n');
  });

  test('as one text, PATH is among the variables', () => {
    const text = formatEnvironment(composed({}, ['/a']), 'github', BASE);
    expect(readByRunner(text)).toMatchObject({ PATH: '/a:/usr/bin:/bin' });
  });

  test('names that the runner would misread are left out', () => {
    expect(readByRunner(githubEnvironment(composed({ 'A<<B': 'x', 'A B': 'y' })).env)).toEqual({
      FETTLE_PROJECT_DIR: "/it's a project",
    });
  });
});

/** What the runner does with the file named by GITHUB_ENV: lines up to one that is the delimiter. */
function readByRunner(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  const lines = text.split('\n');
  while (lines.length > 1) {
    const [name = '', delimiter = ''] = lines.shift()!.split('<<');
    const end = lines.indexOf(delimiter);
    variables[name] = lines.splice(0, end).join('\n');
    lines.shift();
  }
  return variables;
}
