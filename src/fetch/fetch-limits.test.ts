import { expect, test } from '@jest/globals';
import { FetchRig, type Answer } from './fetch-rig.js';

/** A server that answers when it is told to, and counts how many wait for it at once. */
class HeldServer {
  most = 0;
  readonly #held: (() => void)[] = [];
  #isOpen = false;
  #onRequest = (): void => undefined;

  readonly answer: Answer = (response) => {
    const end = (): void => void response.end('content');
    if (this.#isOpen) return end();
    this.#held.push(end);
    this.most = Math.max(this.most, this.#held.length);
    this.#onRequest();
  };

  asked(): Promise<void> {
    return new Promise((resolve) => {
      this.#onRequest = resolve;
    });
  }

  /** Answers one after the other from now on. */
  open(): void {
    this.#isOpen = true;
    this.#held.splice(0).forEach((end) => {
      end();
    });
  }
}

test('no more downloads run from one host at once than it may have, whatever they are redirected to', async () => {
  await using rig = await FetchRig.open();
  const held = new HeldServer();
  const sources = Array.from({ length: 6 }, (_, index) => {
    rig.serve(`/target/${index}`, held.answer);
    return rig.serve(`/${index}`, (response) => response.writeHead(302, { location: `/target/${index}` }).end());
  });
  const asked = held.asked();
  const fetching = rig.fetchAll(sources, { fetcher: rig.fetcher({ connections: 6, connectionsPerHost: 1 }) });
  await asked;
  held.open();
  await fetching;
  expect(held.most).toBe(1);
});

test('who waits for one host takes no place from another', async () => {
  await using slow = await FetchRig.open();
  await using quick = await FetchRig.open();
  const held = new HeldServer();
  const sources = [1, 2, 3, 4].map((index) => slow.serve(`/${index}`, held.answer));
  const fetcher = slow.fetcher({ connections: 2, connectionsPerHost: 1 });
  const asked = held.asked();
  const waiting = slow.fetchAll(sources, { fetcher });
  await asked;
  await slow.fetchOne(quick.serve('/quick', 'content'), { fetcher });
  expect(slow.requests).toHaveLength(1);
  held.open();
  await waiting;
});
