import { PassThrough, type Readable } from 'node:stream';

/**
 * A body that is taken in from the moment it is made. Streams throw away what they hold when their connection is cut;
 * this one ends as if it were whole, and says afterwards why it ended: what has come is not to come again.
 */
export class ArrivingBody {
  readonly stream = new PassThrough();
  #cut: { readonly reason: unknown } | undefined;

  constructor(source: Readable) {
    const cut = (reason: unknown): void => {
      this.#cut ??= { reason };
      this.stream.end();
    };
    source.on('error', cut);
    source.once('close', () => {
      if (!source.readableEnded) cut(Object.assign(new Error('closed'), { code: 'ERR_STREAM_PREMATURE_CLOSE' }));
    });
    source.pipe(this.stream);
    // Who stops reading wants no more of it.
    this.stream.once('close', () => source.destroy());
  }

  /** @throws what ended the body before its time */
  assertUncut(): void {
    if (this.#cut) throw this.#cut.reason;
  }
}
