/** The stream of a room: heard for as long as there is one, and asked for again when it is lost. */

/** So long nothing may be heard, in ms: the server says something every 15 s. */
const SILENCE = 40_000;
/** So long a stream may be away before it is told, in ms: it ends every half hour by itself. */
const PATIENCE = 6_000;
const AGAIN = 5_000;

export class Stream {
  #source = null;
  #watch = null;
  #telling = null;
  #on;

  /** `on` has `snapshot`, `change` and `gone` for what comes, `live` and `lost` for the line. */
  constructor(address, on) {
    this.address = address;
    this.#on = on;
    this.#open();
  }

  #open() {
    this.#source = new EventSource(this.address);
    for (const name of ["snapshot", "change", "gone"])
      this.#source.addEventListener(name, (event) => {
        this.#heard();
        this.#on[name](JSON.parse(event.data));
      });
    this.#source.addEventListener("beat", () => this.#heard());
    this.#source.addEventListener("error", () => this.#missed());
    this.#expect();
  }

  #heard() {
    clearTimeout(this.#telling);
    this.#telling = null;
    this.#on.live();
    this.#expect();
  }

  /** A line can be dead without anybody saying so. */
  #expect() {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => this.#again(), SILENCE);
  }

  /** A browser comes again by itself, unless the server refused it. */
  #missed() {
    this.#telling ??= setTimeout(() => this.#on.lost(), PATIENCE);
    if (this.#source.readyState === EventSource.CLOSED) {
      clearTimeout(this.#watch);
      this.#watch = setTimeout(() => this.#again(), AGAIN);
    }
  }

  async #again() {
    this.#source.close();
    this.#missed();
    const link = await fetch(location.href, { method: "GET", cache: "no-store" }).catch(() => null);
    if (link?.status === 404) location.reload();
    else this.#open();
  }
}
