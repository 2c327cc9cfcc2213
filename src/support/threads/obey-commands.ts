import { parentPort } from 'node:worker_threads';
import { toErrorReport } from '../../errors/index.js';
import type { Reply, SentFailure } from './messages.js';

/** What one kind of thread is told and says. */
interface Conversation {
  readonly command: unknown;
  readonly progress: unknown;
  readonly result: unknown;
}

/** The life of a thread of a ThreadPool: obeys what it is told, one command after the other. */
export function obeyCommands<T extends Conversation>(
  obey: (command: T['command'], tell: (progress: T['progress']) => void) => Promise<T['result']>,
): void {
  const send = (reply: Reply<T['progress'], T['result']>): void => parentPort?.postMessage(reply);
  const answer = async (command: T['command']): Promise<Reply<T['progress'], T['result']>> => {
    try {
      const result = await obey(command, (progress) => {
        send({ kind: 'progress', progress });
      });
      return { kind: 'done', result };
    } catch (error) {
      return { kind: 'failed', failure: { ...toErrorReport(error), system: asSystemFailure(error) } };
    }
  };
  parentPort?.on('message', (command: T['command']) => void answer(command).then(send));
}

function asSystemFailure(error: unknown): SentFailure['system'] {
  const { code, path, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  return code === undefined || syscall === undefined ? null : { code, path };
}
