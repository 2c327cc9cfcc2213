import { once } from 'node:events';
import { createServer, request as forward, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** A proxy for plain requests and for tunnels, which remembers what it was asked. */
export class ProxyServer implements AsyncDisposable {
  /** `GET http://…` or `CONNECT host:port`. */
  readonly asked: string[] = [];
  readonly authorizations: (string | undefined)[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  /** @param status what it answers instead of doing its work */
  private constructor(private readonly status?: number) {
    this.#server = createServer((request, response) => {
      this.#onRequest(request, response);
    });
    this.#server.on('connect', (request: IncomingMessage, socket: Socket) => {
      this.#onConnect(request, socket);
    });
    this.#server.on('connection', (socket) => void this.#sockets.add(socket));
  }

  static async start(status?: number): Promise<ProxyServer> {
    const proxy = new ProxyServer(status);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #onRequest(request: IncomingMessage, response: ServerResponse): void {
    this.#remember(request);
    if (this.status !== undefined) return void response.writeHead(this.status).end();
    const onward = forward(request.url ?? '', { headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    onward.end();
  }

  #onConnect(request: IncomingMessage, socket: Socket): void {
    this.#remember(request);
    if (this.status !== undefined) return void socket.end(`HTTP/1.1 ${this.status} No\r\ncontent-length: 0\r\n\r\n`);
    const [host = '', port] = (request.url ?? '').split(':');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    this.#sockets.add(onward);
    for (const end of [socket, onward]) end.on('error', () => onward.destroy());
  }

  #remember(request: IncomingMessage): void {
    this.asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    this.authorizations.push(request.headers['proxy-authorization']);
  }
}
