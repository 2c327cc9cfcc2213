import { expect, test } from '@jest/globals';
import { ERROR_CODES } from './codes.js';
import { explainCodes } from './explain-codes.js';

test('every code is explained exactly once, with what to do', () => {
  const explained = explainCodes();
  expect(explained.map(({ code }) => code).toSorted()).toEqual(Object.keys(ERROR_CODES).toSorted());
  expect(explained.filter(({ remedy }) => remedy.trim() === '')).toEqual([]);
});
