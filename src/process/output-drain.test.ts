import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { expect, test } from '@jest/globals';
import { OutputDrain } from './output-drain.js';

test('reads to the end of the stream, one chunk at a time', async () => {
  const stream = new PassThrough();
  const chunks: string[] = [];
  const drain = new OutputDrain(stream, async (chunk) => {
    await new Promise((resolve) => setImmediate(resolve));
    chunks.push(chunk.toString());
  });
  const done = drain.run();
  stream.write('one');
  stream.write('two');
  stream.end('three');
  await done;
  expect(chunks.join('')).toBe('onetwothree');
});

test('ends by itself when the leader is gone and nothing more comes', async () => {
  const stream = new PassThrough();
  const drain = new OutputDrain(stream, () => undefined);
  const done = drain.run();
  drain.leaderExited();
  await done;
  expect(stream.destroyed).toBe(true);
});

test('ends when a background process writes without end', async () => {
  const stream = new PassThrough({ highWaterMark: 1024 * 1024 });
  const endless = Buffer.alloc(1024 * 1024);
  let bytes = 0;
  const drain = new OutputDrain(stream, (chunk) => {
    bytes += chunk.length;
    stream.write(endless);
  });
  drain.leaderExited();
  stream.write(endless);
  await drain.run();
  expect(bytes).toBeGreaterThan(16 * 1024 * 1024);
  expect(bytes).toBeLessThan(20 * 1024 * 1024);
});

test('what lay in the pipe while the event loop was blocked is not taken for silence', async () => {
  const cat = spawn('cat');
  const closed = once(cat, 'close');
  let text = '';
  const drain = new OutputDrain(cat.stdout, (chunk) => {
    text += chunk.toString();
  });
  const done = drain.run();
  // Timers come right after immediates, before anything is read.
  await new Promise((resolve) => setImmediate(resolve));
  drain.leaderExited();
  cat.stdin.write('late');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 800);
  await done;
  cat.kill();
  await closed;
  expect(text).toBe('late');
});

test('what the receiver throws is what the reader gets, and the stream is closed', async () => {
  const stream = new PassThrough();
  const drain = new OutputDrain(stream, () => {
    throw new RangeError('full');
  });
  stream.write('one');
  await expect(drain.run()).rejects.toThrow('full');
  expect(stream.destroyed).toBe(true);
});
