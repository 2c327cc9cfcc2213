import { FettleError, hasCode } from '../errors/index.js';
import type { Invocation } from './invocation.js';

/** Asks the person at the terminal; an answer is a line without the blanks around it. */
export type Ask = (question: string) => Promise<string>;

/** Whether there is somebody to ask: the questions go to stderr, the answers come from stdin. */
export function canAsk({ streams, host }: Invocation): boolean {
  return streams.errIsTerminal && process.stdin.isTTY && (host.env['CI'] ?? '') === '';
}

/**
 * Calls `conversation` with the means to ask.
 * @throws FettleError E_INTERRUPTED when the person leaves (Ctrl-C, Ctrl-D)
 */
export async function withQuestions<Result>(conversation: (ask: Ask) => Promise<Result>): Promise<Result> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const left = new AbortController();
  lines.on('close', () => {
    left.abort();
  });
  try {
    return await conversation(async (question) => (await lines.question(question, { signal: left.signal })).trim());
  } catch (error) {
    if (!hasCode(error, 'ABORT_ERR')) throw error;
    throw new FettleError('E_INTERRUPTED', 'Left without an answer; nothing was written.', { cause: error });
  } finally {
    lines.close();
  }
}
