import { FettleError, type ErrorCode, type ErrorDetails, type SourceLocation } from '../errors/index.js';
import type { DeclaredIn } from './declared-in.js';
import { SourceOutline, type FieldPath } from './source-outline.js';

/** The kinds of error a wrongly written field can be. */
export type InvalidCode = Extract<ErrorCode, 'E_MANIFEST' | 'E_RECIPE' | 'E_CTX_ARGUMENT' | 'E_SHELL' | 'E_OPTION'>;

/** Where a value is written: a field of a Lua file. It makes the errors about that value and finds its line when asked. */
export class Place implements DeclaredIn {
  private constructor(
    readonly file: string,
    readonly directory: string,
    readonly steps: FieldPath,
    private readonly source: { readonly code: InvalidCode; readonly outline: SourceOutline; readonly line?: number },
  ) {}

  /** The top of a Lua file; relative sources in it resolve against `directory`. */
  static inFile(file: string, directory: string, code: InvalidCode): Place {
    return new Place(file, directory, [], { code, outline: new SourceOutline(file) });
  }

  /** A place that was only described, e.g. by the command line. */
  static of(declared: DeclaredIn, code: InvalidCode): Place {
    if (declared instanceof Place) return declared.#withCode(code);
    const source = { code, outline: new SourceOutline(declared.file) };
    const line = declared.line === undefined ? {} : { line: declared.line };
    const steps = declared.steps ?? [declared.field];
    return new Place(declared.file, declared.directory, steps, { ...source, ...line });
  }

  /** A value that is in no file: an argument or a result of a function. */
  static called(name: string, code: InvalidCode): Place {
    return new Place('', '', [name], { code, outline: new SourceOutline('') });
  }

  /** `packages[3].options`; empty for the file itself. */
  get field(): string {
    return this.steps.map(describeStep).join('');
  }

  /** Counts from 1; undefined where it cannot be known. The first use parses the file. */
  get line(): number | undefined {
    if (this.source.line !== undefined) return this.source.line;
    return this.file === '' ? undefined : this.source.outline.lineOf(this.steps);
  }

  get location(): SourceLocation | undefined {
    return this.file === '' ? undefined : this.source.outline.location(this.line);
  }

  at(key: string | number): Place {
    return new Place(this.file, this.directory, [...this.steps, key], this.source);
  }

  /** The same place with a line that Lua itself told. */
  onLine(line: number): Place {
    return new Place(this.file, this.directory, this.steps, { ...this.source, line });
  }

  #withCode(code: InvalidCode): Place {
    return new Place(this.file, this.directory, this.steps, { ...this.source, code });
  }

  /** The error that what stands here is not valid: of the file's own code unless told otherwise. */
  error(message: string, details: ErrorDetails & { readonly code?: ErrorCode } = {}): FettleError {
    const { code = this.source.code, facts, ...rest } = details;
    const location = this.location;
    return new FettleError(code, message, {
      ...rest,
      facts: {
        ...(this.file !== '' && { file: this.file }),
        ...(this.field !== '' && { field: this.field }),
        ...facts,
      },
      ...(location && { location }),
    });
  }

  /** Runs a parser that knows nothing of files and gives its error this location. */
  locating<T>(parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      const location = this.location;
      throw error instanceof FettleError && location ? error.at({ location }) : error;
    }
  }
}

function describeStep(step: string | number, index: number): string {
  if (typeof step === 'number') return `[${step}]`;
  if (index === 0) return step;
  return /^[A-Za-z_]\w*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}
