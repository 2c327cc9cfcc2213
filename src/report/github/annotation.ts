import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { ErrorReport, SourceLocation } from '../../errors/index.js';
import { plainText } from '../foreign-text.js';
import { workflowCommand } from './workflow-command.js';

/** A failure as an annotation at its place; `title` is the package, or the program. */
export function errorAnnotation(title: string, error: ErrorReport, workspace: string | undefined): string {
  const place = error.location && placeIn(error.location, workspace);
  const text = [
    error.message,
    ...(error.hint === null ? [] : [error.hint]),
    ...whereElse(error, place),
    ...(error.code === 'BUG' ? [] : [`fettle explain ${error.code}`]),
  ].join('\n');
  return workflowCommand('error', { ...place, title: `${plainText(title)} ${error.code}` }, plainText(text));
}

export function warningAnnotation(title: string, message: string): string {
  return workflowCommand('warning', { title: plainText(title) }, plainText(message));
}

/** The runner finds files of the workspace only, by their path in it; undefined for those elsewhere. */
function placeIn(location: SourceLocation, workspace: string | undefined): { file: string; line?: string } | undefined {
  const line = location.line === undefined ? {} : { line: String(location.line) };
  if (workspace === undefined || !isAbsolute(location.file)) return { file: location.file, ...line };
  const path = relative(resolve(workspace), location.file);
  if (path.startsWith('..') || isAbsolute(path)) return undefined;
  return { file: path.split(sep).join('/'), ...line };
}

function whereElse({ location }: ErrorReport, place: object | undefined | null): readonly string[] {
  if (!location || place) return [];
  return [location.line === undefined ? location.file : `${location.file}:${location.line}`];
}
