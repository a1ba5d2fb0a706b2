/**
 * The uploads of a user that were cancelled and can still be undone, by their ids. The browser remembers them: a page
 * that goes meanwhile, or another tab that takes over, does not bring back what nobody wants.
 */
export class Cancelled {
  readonly #key: string

  constructor(userId: string) {
    this.#key = `parquay-cancelled-${userId}`
  }

  all(): Set<string> {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(this.#key) ?? '[]')
      return new Set(Array.isArray(kept) ? kept.filter((id) => typeof id === 'string') : [])
    } catch {
      return new Set()
    }
  }
  add(ids: readonly string[]): void {
    this.#keep(new Set([...this.all(), ...ids]))
  }
  remove(ids: readonly string[]): void {
    const kept = this.all()
    const known = ids.filter((id) => kept.delete(id))
    if (known.length > 0) this.#keep(kept)
  }

  #keep(ids: Set<string>): void {
    try {
      if (ids.size === 0) localStorage.removeItem(this.#key)
      else localStorage.setItem(this.#key, JSON.stringify([...ids]))
    } catch {
      // A browser that keeps nothing brings nothing back either.
    }
  }
}
