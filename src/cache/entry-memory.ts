import { fileStateOf, isOlderThan, type KnownFile } from '../support/file-state.js';
import { isMarker, readMarker, standsAsFolder, type Marker, type MarkerReader } from './marker.js';

const VERSION = 1;

/** What a marker said, but for what a key was made of, and how its file was then. */
interface SeenMarker {
  readonly state: string;
  readonly marker: Omit<Marker, 'keyInputs'>;
}

interface MemoryFile {
  readonly version: number;
  readonly markers: Readonly<Record<string, SeenMarker>>;
}

/**
 * What markers said when they were read last. One is believed as long as its file is the same by size, times, inode and
 * mode, which one look tells; to read it takes four. It also knows how what it looked at was, for who compares that later.
 */
export class EntryMemory implements MarkerReader {
  readonly #since: number;
  readonly #before: ReadonlyMap<string, SeenMarker>;
  readonly #used = new Map<string, SeenMarker>();
  readonly #states = new Map<string, KnownFile>();
  #hasLearnt = false;

  /**
   * @param text what `serialize` made; anything else counts as nothing
   * @param now milliseconds since the epoch: what was changed later may have been read before the change
   */
  constructor(text: string | undefined, now: number) {
    this.#since = now;
    this.#before = new Map(Object.entries(markersIn(text)));
  }

  /** @throws FettleError E_CACHE when the marker is there and cannot be read */
  read(path: string): Marker | undefined {
    const state = fileStateOf(path);
    // To read it says why it cannot be seen.
    if (!state) return readMarker(path);
    this.#states.set(path, { state: state.text });
    const seen = this.#used.get(path) ?? this.#before.get(path);
    if (seen?.state === state.text && isMarker(seen.marker)) {
      this.#used.set(path, seen);
      return seen.marker;
    }
    const marker = readMarker(path);
    if (marker && isOlderThan(state, this.#since)) this.#remember(path, state.text, marker);
    return marker;
  }

  isFolder(path: string): boolean {
    const state = fileStateOf(path);
    if (!state) return standsAsFolder(path);
    this.#states.set(path, { state: state.text });
    return state.isFolder;
  }

  /** How a marker or an asset folder was before it was used; undefined for what was not looked at. */
  stateOf(path: string): KnownFile | undefined {
    return this.#states.get(path);
  }

  /**
   * The text to keep; undefined when it would say nothing new.
   * @param isWhole all packages of the project were looked for: others are forgotten
   */
  serialize(isWhole: boolean): string | undefined {
    const kept = isWhole ? this.#used : new Map([...this.#before, ...this.#used]);
    if (!this.#hasLearnt && kept.size === this.#before.size) return undefined;
    const file: MemoryFile = { version: VERSION, markers: Object.fromEntries(kept) };
    return JSON.stringify(file);
  }

  #remember(path: string, state: string, { keyInputs: _inputs, ...marker }: Marker): void {
    this.#used.set(path, { state, marker });
    this.#hasLearnt = true;
  }
}

function markersIn(text: string | undefined): MemoryFile['markers'] {
  if (text === undefined) return {};
  try {
    const file = JSON.parse(text) as Partial<MemoryFile>;
    return file.version === VERSION ? { ...file.markers } : {};
  } catch {
    return {};
  }
}
