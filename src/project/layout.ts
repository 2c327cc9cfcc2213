import { join } from 'node:path';

/** The paths of a project's own folder. Nothing else joins them. */
export interface ProjectLayout {
  readonly folder: string;
  readonly environmentFile: string;
  /** Proof that the last sync left nothing to do. */
  readonly stampFile: string;
  /** What recipes said when they were read last. */
  readonly recipesFile: string;
  /** What the markers of their entries said. */
  readonly entriesFile: string;
  /** One line that changes with the environment, for hooks of shells, which cannot parse a record. */
  readonly generationFile: string;
  /** What happened in the last runs. */
  readonly runsFolder: string;
  /** The report of the last run, where no other place was asked for. */
  readonly reportFile: string;
  /** Launchers of the project's programs. */
  readonly launcherFolder: string;
  /** What the names of their drafts begin with: editors and shells list the folder itself. */
  readonly launcherDraft: string;
  /** A file of each run that is at work in the project. */
  readonly writersFolder: string;
  /** The project's own copies of packages. */
  readonly copiesFolder: string;
  /** Keeps the folder out of git. */
  readonly ignoreFile: string;
}

/** @param projectDir - the folder of the manifest */
export function projectLayout(projectDir: string): ProjectLayout {
  const folder = join(projectDir, '.fettle');
  return {
    folder,
    environmentFile: join(folder, 'environment.json'),
    stampFile: join(folder, 'stamp.json'),
    recipesFile: join(folder, 'recipes.json'),
    entriesFile: join(folder, 'entries.json'),
    generationFile: join(folder, 'generation'),
    runsFolder: join(folder, 'runs'),
    reportFile: join(folder, 'report.html'),
    launcherFolder: join(folder, 'bin'),
    launcherDraft: join(folder, 'launcher'),
    writersFolder: join(folder, 'writers'),
    copiesFolder: join(folder, 'packages'),
    ignoreFile: join(folder, '.gitignore'),
  };
}
