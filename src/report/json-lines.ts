import { isUtf8 } from 'node:buffer';
import type { EngineEvent, Subscriber } from '../events/index.js';

/**
 * Writes each event as one line of JSON (`--reporter json`, `--events FILE`). The fields are those of the event;
 * the bytes of `process:output` become `{"text":…}`, or `{"base64":…}` where they are no UTF-8, so nothing is lost.
 */
export function jsonLinesReporter(write: (text: string) => void): Subscriber {
  return (event) => {
    write(`${JSON.stringify(withReadableChunk(event))}\n`);
  };
}

function withReadableChunk(event: EngineEvent): object {
  if (event.kind !== 'process:output') return event;
  return { ...event, chunk: readableBytes(event.chunk) };
}

function readableBytes(chunk: Uint8Array): { readonly text: string } | { readonly base64: string } {
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  return isUtf8(bytes) ? { text: bytes.toString('utf8') } : { base64: bytes.toString('base64') };
}
