import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

const VISITOR = fileURLToPath(new URL('./gate-visitor.mjs', import.meta.url));

/**
 * A place in a recipe's script where it stops until the test lets it go on, so that tests order what happens at once
 * without sleeping. Put `command` into the script.
 */
export class Gate {
  readonly #standing: Socket[] = [];
  readonly #conditions = new Set<() => void>();
  #isOpen = false;
  #arrivals = 0;
  #departures = 0;

  constructor(readonly command: string) {}

  /** How many scripts have come here so far. */
  get arrivals(): number {
    return this.#arrivals;
  }

  /** Resolves when `count` scripts in all have come here. */
  arrived(count = 1): Promise<void> {
    return this.#until(() => this.#arrivals >= count);
  }

  /** Resolves when `count` scripts in all have vanished from here without being let through: they were killed. */
  vanished(count = 1): Promise<void> {
    return this.#until(() => this.#departures >= count);
  }

  /** Lets those who stand here and those who come later through. */
  open(): void {
    this.#isOpen = true;
    while (this.letOneThrough()) continue;
  }

  /** @returns false when nobody stands here */
  letOneThrough(): boolean {
    return this.#answer('pass');
  }

  /** Makes the command of the first who stands here fail. @returns false when nobody stands here */
  turnOneAway(): boolean {
    return this.#answer('away');
  }

  /** Called by the gatekeeper. */
  enter(socket: Socket): void {
    this.#standing.push(socket);
    socket.once('close', () => {
      this.#leave(socket);
    });
    this.#arrivals += 1;
    this.#check();
    if (this.#isOpen) this.letOneThrough();
  }

  #answer(word: 'pass' | 'away'): boolean {
    const socket = this.#standing.shift();
    socket?.end(word);
    return socket !== undefined;
  }

  #leave(socket: Socket): void {
    const index = this.#standing.indexOf(socket);
    if (index < 0) return;
    this.#standing.splice(index, 1);
    this.#departures += 1;
    this.#check();
  }

  #until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!condition()) return;
        this.#conditions.delete(check);
        resolve();
      };
      this.#conditions.add(check);
      check();
    });
  }

  #check(): void {
    for (const condition of [...this.#conditions]) condition();
  }
}

/** The local server that scripts at gates are connected to; a closed connection tells that a script was killed. */
export class Gatekeeper implements AsyncDisposable {
  readonly #gates = new Map<string, Gate>();
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => {
    this.#admit(socket);
  });

  static async start(): Promise<Gatekeeper> {
    const keeper = new Gatekeeper();
    keeper.#server.listen(0, '127.0.0.1');
    await once(keeper.#server, 'listening');
    return keeper;
  }

  /** The gate of that name; names are words. */
  gate(name: string): Gate {
    const known = this.#gates.get(name);
    if (known) return known;
    const { port } = this.#server.address() as AddressInfo;
    const gate = new Gate(`'${process.execPath}' '${VISITOR}' ${port} ${name}`);
    this.#gates.set(name, gate);
    return gate;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #admit(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => undefined);
    let name = '';
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      name += text;
      if (name.endsWith('\n')) this.gate(name.trim()).enter(socket);
    });
  }
}
