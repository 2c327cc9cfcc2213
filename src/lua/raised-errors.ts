import type { ErrorDetails } from '../errors/index.js';

type Where = Pick<ErrorDetails, 'location' | 'traceback'>;

/** What is known of an error message that runs, or ran, through Lua. */
export interface RaisedError extends Where {
  /** What JavaScript threw; undefined for an error of Lua's own. */
  readonly thrown?: unknown;
}

/** How many messages are remembered: an error that leaves Lua is nearly always among the newest. */
const REMEMBERED = 32;
/** What `error(message)` puts before a message it passes on. */
const POSITIONS = /^(?:[^\n]*?:\d+: )+$/;

/**
 * Lua sees host errors as strings, so that recipes can print and match them; this remembers which error a string stood
 * for, so that the caller gets the original back when nothing caught it.
 */
export class RaisedErrors {
  readonly #byMessage = new Map<string, RaisedError>();

  remember(message: string, raised: RaisedError): void {
    this.#byMessage.delete(message);
    this.#byMessage.set(message, raised);
    const oldest = this.#byMessage.keys().next();
    if (this.#byMessage.size > REMEMBERED && !oldest.done) this.#byMessage.delete(oldest.value);
  }

  /**
   * The error that `message` stands for. `whole` tells whether it says just that, or whether Lua code put words of its own
   * around it.
   */
  find(message: string): { raised: RaisedError; whole: boolean } | undefined {
    const exact = this.#byMessage.get(message);
    if (exact) return { raised: exact, whole: true };
    const [text, raised] = [...this.#byMessage].reverse().find(([known]) => message.includes(known)) ?? [];
    if (text === undefined || !raised) return undefined;
    const before = message.slice(0, message.indexOf(text));
    return { raised, whole: message.endsWith(text) && POSITIONS.test(before) };
  }
}
