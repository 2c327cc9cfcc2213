export { downloadObject } from './download-object.js';
export { parseS3Address } from './s3-address.js';
export { ObjectStorage } from './s3-client.js';
