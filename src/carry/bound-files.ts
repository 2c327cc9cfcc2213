/** Finds files that name a folder: what a build has written its own path into works at that path. */
export class BoundFiles {
  /** By what they belong to. */
  readonly byName = new Map<string, string[]>();
  readonly #sought: Buffer;

  /** @param folder absolute */
  constructor(folder: string) {
    this.#sought = Buffer.from(folder);
  }

  /** @returns what is to be given the content of a file, in pieces */
  search(name: string, path: string): (chunk: Buffer) => void {
    let isFound = false;
    let end: Buffer = Buffer.alloc(0);
    return (chunk) => {
      if (isFound) return;
      const seam = Buffer.concat([end, chunk.subarray(0, this.#sought.length)]);
      isFound = seam.includes(this.#sought) || chunk.includes(this.#sought);
      end = Buffer.concat([end, chunk.subarray(-this.#sought.length)]).subarray(-this.#sought.length);
      if (isFound) this.byName.set(name, [...(this.byName.get(name) ?? []), path]);
    };
  }
}
