import type { DetailedError, HttpRequest, HttpResponse } from 'tus-js-client'
import { headVerdict, isOurs, retryAfterMs, retryDelays, retryVerdict } from './retryPolicy'

/** What the uploader asks of, and reports to, its surroundings. */
export type UploaderHooks = {
  /** Settles when requests may be sent: at once, or after the person has signed in again. */
  whenSignedIn: () => Promise<void>
  onExpired: () => void
  /** Whether the file still wants its bytes sent: there, and not paused. */
  isWanted: (id: string) => boolean
  /** `status`: of the answer that was none, 0 without any. */
  onRetry: (id: string, at: number, attempt: number, status: number) => void
  /** The server said how much it holds; sending goes on from there. */
  onOffset: (id: string, offset: number) => void
  onGone: (id: string) => void
}

const never = new Promise<never>(() => {})
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/**
 * Stands around every request of the tus client: holds it back until it may be sent, and says what its answer means.
 * `sendSmaller` sends what follows in smaller chunks; false when they are as small as can be.
 */
export class RequestGuard {
  readonly delays = retryDelays()
  readonly #hooks: UploaderHooks
  readonly #sendSmaller: (id: string, request: HttpRequest) => boolean
  readonly #fileOf = new WeakMap<HttpRequest, string>()
  readonly #newest = new Map<string, HttpRequest>()
  readonly #coolUntil = new Map<string, number>()
  /** What HEAD was answered with; of an error thrown for it nothing else is left. */
  readonly #headStatus = new Map<string, number>()

  constructor(hooks: UploaderHooks, sendSmaller: (id: string, request: HttpRequest) => boolean) {
    this.#hooks = hooks
    this.#sendSmaller = sendSmaller
  }

  readonly beforeRequest = async (request: HttpRequest, { id }: { id: string }): Promise<void> => {
    this.#fileOf.set(request, id)
    if (request.getMethod() === 'DELETE') return
    this.#newest.set(id, request)
    await this.#hooks.whenSignedIn()
    await sleep(Math.max(0, (this.#coolUntil.get(id) ?? 0) - Date.now()))
    // Paused, removed or started anew while waiting: this request must not be sent any more.
    if (this.#newest.get(id) !== request || !this.#hooks.isWanted(id)) await never
  }

  readonly afterResponse = (request: HttpRequest, response: HttpResponse): void => {
    const id = this.#fileOf.get(request)
    if (request.getMethod() !== 'HEAD' || id === undefined) return
    const status = response.getStatus()
    const verdict = headVerdict(status)
    if (verdict === 'pass') {
      const offset = Number(response.getHeader('Upload-Offset'))
      if (status !== 423 && Number.isFinite(offset)) this.#hooks.onOffset(id, offset)
      return
    }
    if (verdict === 'gone') {
      this.#hooks.onGone(id)
      return
    }
    if (verdict === 'sign-in') this.#hooks.onExpired()
    if (status === 429) this.#coolDown(id, response)
    this.#headStatus.set(id, status)
    // Thrown, it is an error like a broken connection: retried, and the address is kept.
    throw new Error(`HEAD was answered with ${status}`)
  }

  readonly shouldRetry = (
    error: DetailedError,
    attempt: number,
    _: unknown,
    next: (error: DetailedError) => boolean,
  ): boolean => {
    const id = this.#fileOf.get(error.originalRequest)
    const response = error.originalResponse
    const ours = isOurs(response?.getHeader('Tus-Resumable'), response?.getBody() ?? '')
    const verdict = retryVerdict(response?.getStatus() ?? 0, ours)
    if (verdict === 'give-up' || id === undefined) return false
    if (verdict === 'smaller' && !this.#sendSmaller(id, error.originalRequest)) return false
    if (verdict === 'sign-in') this.#hooks.onExpired()
    if (verdict === 'cool-down') this.#coolDown(id, response)
    if (verdict === 'again' && !next(error)) return false
    const status = response?.getStatus() ?? this.#headStatus.get(id) ?? 0
    this.#headStatus.delete(id)
    if (verdict !== 'smaller') this.#hooks.onRetry(id, this.#nextTryAt(id, attempt), attempt + 1, status)
    return true
  }

  #nextTryAt(id: string, attempt: number): number {
    return Math.max(Date.now() + (this.delays[attempt] ?? 0), this.#coolUntil.get(id) ?? 0)
  }
  #coolDown(id: string, response: HttpResponse | null): void {
    const now = Date.now()
    this.#coolUntil.set(id, now + retryAfterMs(response?.getHeader('Retry-After'), now))
  }
}
