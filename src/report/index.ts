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
export { errorAnnotation, type SummaryPage } from './github/index.js';
export { formatError, type ErrorTextOptions } from './error-text.js';
export { logExcerpts, readRecordLines, recordLine, reportPage, storyJson, storyOf } from './html/index.js';
export { drawGraph, GRAPH_FORMATS, graphBelow, type GraphFormat } from './graph/index.js';
export { jsonLinesReporter } from './json-lines.js';
export { plainReporter, type ReporterOptions } from './plain.js';
export { failureJson, runJson, type RunJson } from './run-json.js';
export { openTelemetry, wantsTelemetry } from './telemetry/index.js';
export { chromeTrace } from './trace/chrome-trace.js';
export { needsOf, whyAsJson, whyAsText } from './why/index.js';
