import type { BuildRecord, CompleteEntry, MissExplanation } from '../../cache/index.js';
import type { Phase } from '../../events/index.js';
import type { Options } from '../../manifest/index.js';

/** Where a file asks for a package; the line where it is known. */
export interface DeclarationPlace {
  readonly file: string;
  readonly line: number | null;
}

/** A dependency as the graph has it. */
export interface SurveyedDependency {
  readonly id: string;
  /** Null: before any of the parent's own code or scripts runs. */
  readonly neededBy: Phase | null;
  readonly declaredAt: DeclarationPlace | null;
}

/** One package of the resolved graph, of which only the recipe was read. */
export interface SurveyedPackage {
  readonly id: string;
  readonly identity: string;
  readonly options: Options;
  /** Of the tool, where the recipe or the option of that name tells it. */
  readonly version: string | null;
  /** Where the manifest names it; null for what only others need. */
  readonly requestedAt: DeclarationPlace | null;
  /** In the order in which the recipe names them. */
  readonly dependencies: readonly SurveyedDependency[];
  /** Why its recipe could not be read. */
  readonly error: Error | null;
}

/** What the next sync would find of a package, as far as that is known without doing it. */
export type PackageState =
  | {
      readonly status: 'cached';
      readonly entry: CompleteEntry;
      /** What is remembered of its build. */
      readonly build: BuildRecord | null;
    }
  | { readonly status: 'missing'; readonly key: string; readonly miss: MissExplanation }
  /** The host holds it, and its check is asked each time. */
  | { readonly status: 'user-managed' }
  | { readonly status: 'other-platform' }
  /** Its key cannot be known now. */
  | { readonly status: 'unknown'; readonly error: unknown };

/** Some packages of a graph with their states by id. */
export interface ExplainedPackages {
  /** All of the graph. */
  readonly packages: readonly SurveyedPackage[];
  readonly states: ReadonlyMap<string, PackageState>;
}
