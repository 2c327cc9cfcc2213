import { describe, expect, test } from '@jest/globals';
import { setMaxListeners } from 'node:events';
import fc from 'fast-check';
import { CoreBudget, type CoreShare } from './core-budget.js';
import { MemoryPipes, startScript, startWork, type MemoryPipe, type StartedScript } from './core-budget-rig.js';
import { RunTokens, type TokenSource } from './token-source.js';

const never = new AbortController().signal;
setMaxListeners(0, never);

function budgetOf(cores: number): CoreBudget {
  return new CoreBudget(new RunTokens(cores));
}

describe('the shares of phases', () => {
  test('are all cores for the only one that wants them', async () => {
    const work = startWork(budgetOf(8));
    expect((await work.share).jobs).toBe(8);
    work.end();
    await work.done;
  });

  test('are equal for those that become ready together', async () => {
    const budget = budgetOf(8);
    const works = [1, 2, 3, 4].map(() => startWork(budget));
    const shares = await Promise.all(works.map(({ share }) => share));
    expect(shares.map(({ jobs }) => jobs)).toEqual([2, 2, 2, 2]);
    for (const { end } of works) end();
    await Promise.all(works.map(({ done }) => done));
  });

  test('are not for a waiter that gives up; the next one is served', async () => {
    const budget = budgetOf(1);
    const first = startWork(budget);
    await first.share;
    const giveUp = new AbortController();
    const second = startWork(budget, giveUp.signal);
    const third = startWork(budget);
    giveUp.abort(new Error('gave up'));
    await expect(second.done).rejects.toThrow('gave up');
    first.end();
    expect((await third.share).jobs).toBe(1);
    third.end();
    await Promise.all([first.done, third.done]);
  });

  test('come back when the work fails', async () => {
    const budget = budgetOf(2);
    await expect(budget.use(() => Promise.reject(new Error('no')), never)).rejects.toThrow('no');
    expect(await budget.use(({ jobs }) => Promise.resolve(jobs), never)).toBe(2);
  });

  test('are never more than there are, and everybody is served', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 20 }), async (total, count) => {
        const budget = budgetOf(total);
        let inUse = 0;
        let most = 0;
        const work = async ({ jobs }: CoreShare): Promise<number> => {
          inUse += jobs;
          most = Math.max(most, inUse);
          await new Promise((resolve) => setImmediate(resolve));
          inUse -= jobs;
          return jobs;
        };
        const served = await Promise.all(Array.from({ length: count }, () => budget.use(work, never)));
        expect(most).toBeLessThanOrEqual(total);
        expect(Math.min(1, ...served)).toBe(1);
      }),
      { numRuns: 50 },
    );
  });
});

interface Scene extends Disposable {
  readonly budget: CoreBudget;
  readonly pipes: MemoryPipes;
  start(): Promise<{ readonly share: CoreShare; readonly finish: () => Promise<void> }>;
}

function sceneWith(cores: number, source: TokenSource = new RunTokens(cores)): Scene {
  const pipes = new MemoryPipes();
  const budget = new CoreBudget(source, pipes);
  return {
    budget,
    pipes,
    start: async () => {
      const work = startWork(budget);
      return {
        share: await work.share,
        finish: () => {
          work.end();
          return work.done;
        },
      };
    },
    [Symbol.dispose]: () => budget[Symbol.dispose](),
  };
}

function takeAll(pipe: MemoryPipe): number {
  let taken = 0;
  while (pipe.take()) taken += 1;
  return taken;
}

describe('the jobserver of a run', () => {
  test('lays all cores but one down for the only client', async () => {
    using scene = sceneWith(4);
    const { share, finish } = await scene.start();
    const script = await startScript(share, scene.pipes);
    expect(takeAll(script.pipe)).toBe(3);
    await script.end();
    await finish();
  });

  test('leaves a phase its share as long as it takes no token', async () => {
    using scene = sceneWith(4);
    const first = await scene.start();
    const script = await startScript(first.share, scene.pipes);
    const second = startWork(scene.budget);
    let isServed = false;
    void second.share.then(() => (isServed = true));
    for (let tick = 0; tick < 10; tick += 1) scene.budget.rebalance();
    await new Promise((resolve) => setImmediate(resolve));
    expect(isServed).toBe(false);
    await script.end();
    await first.finish();
    await second.share;
    second.end();
    await second.done;
  });

  test('finds out whether a phase with a share of one core is a client', async () => {
    using scene = sceneWith(2);
    const works = [startWork(scene.budget), startWork(scene.budget)];
    const [first, second] = await Promise.all(works.map(({ share }) => share));
    if (!first || !second) throw new Error('two shares were asked for');
    expect([first.jobs, second.jobs]).toEqual([1, 1]);
    const script = await startScript(second, scene.pipes);
    expect(script.pipe.take()).toBe(false);
    works[0]?.end();
    await works[0]?.done;
    expect(script.pipe.take()).toBe(true);
    await script.end();
    works[1]?.end();
    await works[1]?.done;
  });

  test('takes the token back that such a phase leaves lying, for one that waits', async () => {
    using scene = sceneWith(2);
    const first = await scene.start();
    first.share.relyOnJobserver();
    const second = await scene.start();
    expect(second.share.jobs).toBe(1);
    await first.finish();
    const script = await startScript(second.share, scene.pipes);
    expect(script.pipe.lying).toBe(1);
    const third = await scene.start();
    expect([third.share.jobs, script.pipe.lying]).toEqual([1, 0]);
    await script.end();
    await second.finish();
    await third.finish();
  });

  test('lets the next phase begin with what a client leaves lying', async () => {
    using scene = sceneWith(4);
    const first = await scene.start();
    const script = await startScript(first.share, scene.pipes);
    expect(script.pipe.take()).toBe(true);
    const second = await scene.start();
    expect(second.share.jobs).toBe(2);
    expect(takeAll(script.pipe)).toBe(0);
    await script.end();
    await first.finish();
    await second.finish();
  });

  test('gives the token that a busy client puts back to the phase that waits', async () => {
    using scene = sceneWith(2);
    const first = await scene.start();
    const script = await startScript(first.share, scene.pipes);
    expect(takeAll(script.pipe)).toBe(1);
    const second = startWork(scene.budget);
    script.pipe.putBack('descriptor');
    expect((await second.share).jobs).toBe(1);
    expect(script.pipe.take()).toBe(false);
    second.end();
    await second.done;
    expect(script.pipe.take()).toBe(true);
    await script.end();
    await first.finish();
  });

  test('takes back what a killed client had taken', async () => {
    using scene = sceneWith(3);
    const { share, finish } = await scene.start();
    const script = await startScript(share, scene.pipes);
    expect(takeAll(script.pipe)).toBe(2);
    await script.end();
    expect(scene.pipes.discarded).toEqual([script.pipe]);
    const next = await startScript(share, scene.pipes);
    expect(takeAll(next.pipe)).toBe(2);
    await next.end();
    await finish();
  });

  test('makes nothing of tokens that nobody has taken', async () => {
    using scene = sceneWith(2);
    const { share, finish } = await scene.start();
    const script = await startScript(share, scene.pipes);
    for (let count = 0; count < 5; count += 1) script.pipe.putBack(count % 2 === 0 ? 'descriptor' : 'fifo');
    scene.budget.rebalance();
    expect(takeAll(script.pipe)).toBe(1);
    await script.end();
    await finish();
  });

  test('moves what one client leaves lying to another that takes all it gets', async () => {
    using scene = sceneWith(8);
    const works = [startWork(scene.budget), startWork(scene.budget)];
    const [idle, busy] = await Promise.all(works.map(({ share }) => share));
    if (!idle || !busy) throw new Error('two shares were asked for');
    idle.relyOnJobserver();
    busy.relyOnJobserver();
    const idleScript = await startScript(idle, scene.pipes);
    const busyScript = await startScript(busy, scene.pipes);
    let taken = 0;
    for (let tick = 0; tick < 4; tick += 1) {
      taken += takeAll(busyScript.pipe);
      scene.budget.rebalance();
    }
    expect(taken).toBe(6);
    for (const script of [idleScript, busyScript]) await script.end();
    for (const { end } of works) end();
    await Promise.all(works.map(({ done }) => done));
  });

  test('offers an idle client a token again, for it may have become busy', async () => {
    using scene = sceneWith(4);
    const works = [startWork(scene.budget), startWork(scene.budget)];
    const shares = await Promise.all(works.map(({ share }) => share));
    for (const share of shares) share.relyOnJobserver();
    const scripts = await Promise.all(shares.map((share) => startScript(share, scene.pipes)));
    const [late, busy] = scripts.map(({ pipe }) => pipe);
    if (!late || !busy) throw new Error('two scripts were started');
    for (let tick = 0; tick < 3; tick += 1) {
      takeAll(busy);
      scene.budget.rebalance();
    }
    let got = 0;
    for (let tick = 0; tick < 8; tick += 1) {
      got += takeAll(late);
      // It stays busy: each job ends, and the next is asked for.
      busy.putBack('descriptor');
      takeAll(busy);
      scene.budget.rebalance();
    }
    expect(got).toBeGreaterThan(0);
    for (const script of scripts) await script.end();
    for (const { end } of works) end();
    await Promise.all(works.map(({ done }) => done));
  });

  test('is not there without pipes', async () => {
    using budget = budgetOf(4);
    await budget.use(async (share) => {
      expect(await share.hasJobserver()).toBe(false);
      expect(await share.whileSeated((seat) => Promise.resolve(seat))).toBeUndefined();
    }, never);
  });
});

/** A source that counts what is out. */
class WatchedTokens extends RunTokens {
  out = 0;

  override take(count: number): number {
    const taken = super.take(count);
    this.out += taken;
    return taken;
  }

  override giveBack(count: number): void {
    this.out -= count;
    super.giveBack(count);
  }
}

interface Step {
  readonly kind: 'start' | 'tick' | 'take' | 'put-fifo' | 'put-back' | 'invent' | 'script' | 'end' | 'kill' | 'rely';
  readonly who: number;
}

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(
      ...(['start', 'tick', 'take', 'take', 'take', 'put-fifo', 'put-back'] as const),
      ...(['invent', 'script', 'script', 'end', 'kill', 'rely'] as const),
    ),
    who: fc.nat(5),
  }),
  { maxLength: 60 },
);

/** Phases and clients that do what the steps say; `held` is what the clients really have. */
class Simulation {
  readonly source: WatchedTokens;
  readonly scene: Scene;
  readonly phases: {
    share: CoreShare;
    isClient: boolean;
    held: number;
    script?: StartedScript;
    finish: () => Promise<void>;
  }[] = [];
  readonly #waiting: Promise<void>[] = [];

  constructor(readonly cores: number) {
    this.source = new WatchedTokens(cores);
    this.scene = sceneWith(cores, this.source);
  }

  async do(step: Step): Promise<void> {
    if (step.kind === 'start') this.#start();
    else if (step.kind === 'tick') this.scene.budget.rebalance();
    else await this.#doAt(step.kind, step.who);
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** The first core of each phase, what its clients have, and what lies in the pipes. */
  get inUse(): number {
    return this.phases.reduce((sum, { held, script }) => sum + 1 + held + (script?.pipe.lying ?? 0), 0);
  }

  async endAll(): Promise<void> {
    while (this.phases.length > 0) {
      await this.#doAt('end', 0);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(this.#waiting);
    if (this.phases.length > 0) await this.endAll();
  }

  #start(): void {
    this.#waiting.push(
      this.scene.start().then(({ share, finish }) => {
        this.phases.push({ share, finish, held: 0, isClient: false });
      }),
    );
  }

  async #doAt(kind: Step['kind'], who: number): Promise<void> {
    const index = who % Math.max(1, this.phases.length);
    const phase = this.phases[index];
    if (!phase) return;
    const { share, script } = phase;
    if (kind === 'rely') share.relyOnJobserver();
    else if (kind === 'script') phase.script ??= await startScript(share, this.scene.pipes);
    else if (kind === 'take') phase.held += script?.pipe.take() === true ? 1 : 0;
    else if (kind === 'invent') script?.pipe.putBack('descriptor');
    else if (kind === 'kill') await this.#endScript(phase);
    else if (kind === 'end') {
      await this.#endScript(phase);
      this.phases.splice(index, 1);
      await phase.finish();
    } else if (phase.held > 0) {
      phase.held -= 1;
      script?.pipe.putBack(kind === 'put-fifo' ? 'fifo' : 'descriptor');
    }
  }

  /** Killed with all it has taken. */
  async #endScript(phase: Simulation['phases'][number]): Promise<void> {
    await phase.script?.end();
    phase.held = 0;
    delete phase.script;
  }
}

describe('whatever clients do', () => {
  test('nothing is lost: at the end all tokens are back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), steps, async (cores, todo) => {
        const simulation = new Simulation(cores);
        using _scene = simulation.scene;
        for (const step of todo) await simulation.do(step);
        await simulation.endAll();
        expect(simulation.source.out).toBe(0);
        const { share, finish } = await simulation.scene.start();
        expect(share.jobs).toBe(cores);
        await finish();
      }),
      { numRuns: 150 },
    );
  });

  test('no more cores are in use than there are, if clients give back only what they took', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), steps, async (cores, todo) => {
        const simulation = new Simulation(cores);
        using _scene = simulation.scene;
        for (const step of todo.filter(({ kind }) => kind !== 'invent')) {
          await simulation.do(step);
          expect(simulation.inUse).toBeLessThanOrEqual(cores);
          expect(simulation.source.out).toBeLessThan(cores);
        }
        await simulation.endAll();
      }),
      { numRuns: 150 },
    );
  });
});
