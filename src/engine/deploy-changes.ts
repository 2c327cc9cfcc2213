/** What a package adds to the project's environment. */
export interface DeployChanges {
  /** Absolute folders for the front of PATH, first one first. */
  readonly path: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export const NO_CHANGES: DeployChanges = { path: [], env: {} };
