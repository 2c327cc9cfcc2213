export {
  chooseReporter,
  COLOUR_CHOICES,
  REPORTER_NAMES,
  wantsColour,
  type ColourChoice,
  type ReporterName,
  type Surroundings,
} from './choose-reporter.js';
export { createReporter, type CreateReporterOptions } from './create-reporter.js';
export { formatError, type ErrorTextOptions } from './error-text.js';
export { jsonLinesReporter } from './json-lines.js';
export { type ReporterOptions } from './plain.js';
export { failureJson, runJson, type RunJson } from './run-json.js';
