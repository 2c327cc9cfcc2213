import { expect, test } from '@jest/globals';
import { EventEmitter } from 'node:events';
import { Canvas } from './canvas.js';

function canvasOn(columns: number) {
  const terminal = Object.assign(new EventEmitter(), { columns });
  const writes: string[] = [];
  const canvas = new Canvas(
    terminal as unknown as NodeJS.WriteStream,
    (text) => writes.push(text),
    () => writes.push('redraw'),
  );
  return { terminal, writes, canvas };
}

const ERASED = '\u001b[2K\u001b[1A';

test('what is written in one turn reaches the terminal at once, frames without line breaks of its own', async () => {
  const { canvas, writes } = canvasOn(80);
  canvas.above.write('above\n');
  canvas.frames.write('\u001b[2Kframe\n');
  expect(writes).toEqual([]);
  await Promise.resolve();
  expect(writes).toEqual(['above\n\u001b[?7l\u001b[2Kframe\n\u001b[?7h']);
});

test('rows that a narrower terminal has broken are erased, wide characters counted', () => {
  const { canvas, writes, terminal } = canvasOn(80);
  canvas.frames.write(`${'x'.repeat(79)}\n${'日'.repeat(30)}\nshort\n`);
  canvas.flush();
  writes.length = 0;
  terminal.columns = 40;
  terminal.emit('resize');
  canvas.flush();
  expect(writes).toEqual(['redraw', ERASED.repeat(2)]);
  terminal.columns = 100;
  terminal.emit('resize');
  canvas.flush();
  expect(writes.slice(2)).toEqual(['redraw']);
});

test('after closing the cursor is shown and nothing else comes through', () => {
  const { canvas, writes, terminal } = canvasOn(80);
  canvas.above.write('last\n');
  canvas.close();
  canvas.frames.write('late');
  canvas.flush();
  terminal.emit('resize');
  expect(writes).toEqual(['last\n\u001b[?25h']);
});
