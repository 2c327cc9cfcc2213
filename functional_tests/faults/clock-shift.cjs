// Loaded before the command (NODE_OPTIONS=--require): its wall clock, in all threads, is off by so many milliseconds as
// the file CLOCK_SHIFT_FILE says, and jumps whenever that is written to. The clock that measures times is left alone,
// as a system leaves it alone.
const { readFileSync } = require('node:fs');

const file = process.env.CLOCK_SHIFT_FILE;
const now = Date.now;

function shift() {
  try {
    return Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    return 0;
  }
}

Date.now = () => now.call(Date) + shift();
globalThis.Date = class extends Date {
  constructor(...parts) {
    if (parts.length === 0) super(Date.now());
    else super(...parts);
  }
};
