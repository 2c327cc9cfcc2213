/** What a module's `go.mod` says of its versions. */
export interface ModuleNotes {
  /** Why the module should not be used any more. */
  readonly deprecated: string | undefined;
  readonly retractions: readonly Retraction[];
}

/** Versions that their author took back: one, or all from the first to the last. */
export interface Retraction {
  readonly from: string;
  readonly to: string;
  readonly why: string;
}

/** Reads the two directives of a `go.mod` file that matter here. Source: https://go.dev/ref/mod#go-mod-file */
export function readModuleNotes(goMod: string): ModuleNotes {
  const retractions: Retraction[] = [];
  let deprecated: string | undefined;
  let block: string | undefined;
  let comments: string[] = [];
  for (const raw of goMod.split('\n')) {
    const [, code = '', comment] = /^\s*(.*?)\s*(?:\/\/\s*(.*?)\s*)?$/.exec(raw) ?? [];
    const words = code === '' ? [] : code.split(/\s+/);
    const directive = block ?? words[0];
    const notes = [...comments, ...(comment === undefined ? [] : [comment])].join(' ');
    if (directive === 'module' && notes.includes('Deprecated:')) deprecated = notes.split('Deprecated:')[1]?.trim();
    if (directive === 'retract') retractions.push(...readRetraction(code, notes));
    if (block === undefined && words.at(-1) === '(') block = words[0];
    if (code === ')') block = undefined;
    comments = code === '' && comment !== undefined ? [...comments, comment] : [];
  }
  return { deprecated, retractions };
}

function readRetraction(code: string, why: string): readonly Retraction[] {
  const versions = code.match(/v\d+\.\d+\.\d+[\w.+-]*/g) ?? [];
  const [from, to = from] = versions;
  return from === undefined || to === undefined ? [] : [{ from, to, why }];
}

/** @returns why a version was retracted; undefined when it was not */
export async function retractionOf(version: string, retractions: readonly Retraction[]): Promise<string | undefined> {
  const { default: semver } = await import('semver');
  const found = retractions.find(({ from, to }) => semver.gte(version, from) && semver.lte(version, to));
  return found && (found.why || 'retracted by its author');
}
