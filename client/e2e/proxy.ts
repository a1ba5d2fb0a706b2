import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

type Options = {
  /** Under which the server is seen, such as `/parquay`. */
  prefix?: string
  /** Whether the prefix is taken off before the server sees the path. */
  strips?: boolean
  /** Longest body of a request, in bytes; more is refused as web servers do it. */
  mostBytes?: number
  /** Told of each body that was refused. */
  refused?: (bytes: number) => void
}

/** A reverse proxy as it stands in front of real installations, small enough to be looked through. */
export class ReverseProxy {
  private constructor(
    private readonly server: Server,
    private readonly prefix: string,
  ) {}

  static async open(port: number, { prefix = '', strips = true, mostBytes, refused }: Options) {
    const pathOf = (url = '/') => (strips ? url.slice(prefix.length) || '/' : url)
    const handle = (asked: IncomingMessage, answer: ServerResponse) => {
      const { method, headers, url } = asked
      const length = Number(headers['content-length'] ?? 0)
      if (!url?.startsWith(`${prefix}/`)) {
        answer.writeHead(404).end('Nothing here')
      } else if (mostBytes !== undefined && length > mostBytes) {
        refused?.(length)
        asked.resume()
        answer.writeHead(413, { 'Content-Type': 'text/html' }).end('<h1>413 Request Entity Too Large</h1>')
      } else {
        const onward = request({ host: '127.0.0.1', port, method, headers, path: pathOf(url) }, (got) => {
          answer.writeHead(got.statusCode ?? 502, got.rawHeaders)
          got.pipe(answer)
        })
        onward.on('error', () => answer.destroy())
        answer.on('close', () => onward.destroy())
        asked.pipe(onward)
      }
    }
    const server = createServer(handle)
    server.on('upgrade', (asked: IncomingMessage, socket: Socket, head: Buffer) => {
      const upstream = connect(port, '127.0.0.1', () => {
        const { method, url, rawHeaders } = asked
        const fields = rawHeaders.map((text, at) => (at % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('')
        upstream.write(`${method} ${pathOf(url)} HTTP/1.1\r\n${fields}\r\n`)
        upstream.write(head)
        upstream.pipe(socket).pipe(upstream)
      })
      upstream.on('error', () => socket.destroy())
      socket.on('error', () => upstream.destroy())
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    return new ReverseProxy(server, prefix)
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${this.prefix}`
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise<void>((done) => this.server.close(() => done()))
  }
}
