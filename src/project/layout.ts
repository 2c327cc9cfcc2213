import { join } from 'node:path';

/** The paths of a project's own folder. Nothing else joins them. */
export interface ProjectLayout {
  readonly folder: string;
  readonly environmentFile: string;
  /** Proof that the last sync left nothing to do. */
  readonly stampFile: string;
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
    ignoreFile: join(folder, '.gitignore'),
  };
}
