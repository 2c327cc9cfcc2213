export { ERROR_CODES, EXIT, exitCodeOf, type ErrorCode, type ExitClass } from './codes.js';
export {
  FettleError,
  hasCode,
  messageOf,
  toErrorReport,
  type ErrorDetails,
  type ErrorReport,
  type Fact,
  type SourceLocation,
} from './fettle-error.js';
export { isFileSystemError } from './system-error.js';
export { asLoadingFailure } from './loading-failure.js';
export { explainCodes, type CodeExplanation } from './explain-codes.js';
export { withoutLinks } from './remedies.js';
