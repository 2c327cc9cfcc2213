import type { Emit, EngineEvent, EventBody, EventContext } from './events.js';

export type Subscriber = (event: EngineEvent) => void;

/** Hands each event to each subscriber, in order and at once. */
export class EventBus {
  readonly #subscribers = new Set<Subscriber>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** @returns a function that ends the subscription */
  subscribe(subscriber: Subscriber): () => void {
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }

  emit(body: EventBody, context: EventContext = { package: null, phase: null }): void {
    const event: EngineEvent = { ...body, ...context, time: this.#now() };
    for (const subscriber of this.#subscribers) subscriber(event);
  }

  /** An `Emit` whose events all carry what `context` returns at that moment. */
  scoped(context: () => EventContext): Emit {
    return (body) => {
      this.emit(body, context());
    };
  }
}
