export { redactUrl, withoutCredentials } from '../support/redact-url.js';
