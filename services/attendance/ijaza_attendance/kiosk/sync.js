/** Round after round: the time, what waits to be sent, the bundle. Slower when it fails. */

import { Refused, serverTime } from "./door.js";
import { Ousted } from "./store.js";

const PAUSE = 10_000;
const TIME_EVERY = 60_000;
const BUNDLE_EVERY = 60_000;
const BACKOFF = { first: 1_000, most: 60_000 };

export class Sync {
  state = { online: null, lastSync: 0, trouble: "", running: false };
  #parts;
  #timer = 0;
  #failures = 0;
  #again = false;
  #bundleAt = 0;
  #timeAt = 0;
  #stopped = false;

  /** `parts`: door, store, clock, batches, and what to call: onBundle, onUnchanged, onAcknowledged, onChange, onRevoked, onOusted. */
  constructor(parts) {
    this.#parts = parts;
  }

  start() {
    addEventListener("online", () => this.#networkIsBack());
    document.addEventListener("visibilitychange", () => document.hidden || this.soon(0));
    this.soon(0);
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Have a round soon; while the server is out of reach the pause between tries stands. */
  soon(delay = 300) {
    if (this.state.running) this.#again = true;
    else if (this.#failures === 0 || delay === 0) this.#schedule(delay);
  }

  /** What failed without a network says nothing of this one: the pauses begin anew. */
  #networkIsBack() {
    this.#failures = 0;
    this.soon(0);
  }

  #schedule(delay) {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.round(), delay);
  }

  async round() {
    if (this.state.running || this.#stopped) return;
    this.state.running = true;
    this.#again = false;
    let pause = PAUSE;
    try {
      await this.#measure();
      const trouble = await this.#sendAndRefresh();
      this.#failures = 0;
      Object.assign(this.state, { online: true, trouble, lastSync: this.#parts.clock.now() });
    } catch (error) {
      pause = this.#failed(error);
    }
    this.state.running = false;
    await this.#parts.onChange();
    this.#schedule(this.#again && this.#failures === 0 ? 100 : pause);
  }

  /** Withdrawn passes and new keys arrive even while the server refuses to take scans. */
  async #sendAndRefresh() {
    let refusal = null;
    const trouble = await this.#sendAll().catch((error) => {
      if (!(error instanceof Refused) || error.code === "device-revoked") throw error;
      refusal = error;
    });
    await this.#refresh();
    if (refusal) throw refusal;
    return trouble;
  }

  #failed(error) {
    if (error instanceof Ousted) {
      this.stop();
      this.#parts.onOusted();
      return PAUSE;
    }
    if (error instanceof Refused && error.code === "device-revoked") {
      this.stop();
      this.#parts.onRevoked();
      return PAUSE;
    }
    const answered = error instanceof Refused && error.status < 500;
    Object.assign(this.state, { online: answered, trouble: answered ? error.code : "" });
    this.#failures += 1;
    const doubled = Math.min(BACKOFF.most, BACKOFF.first * 2 ** (this.#failures - 1));
    return Math.max(error.after ?? 0, doubled * (0.5 + Math.random() / 2));
  }

  async #measure(force = false) {
    const { clock, store } = this.#parts;
    const recent = this.#timeAt && performance.now() - this.#timeAt < TIME_EVERY;
    // Asked in every round all the same: an answer is how the page knows that there is a network.
    if (recent && !force) return void (await serverTime());
    const measured = await clock.measure(serverTime);
    // A full disk keeps the offset from being stored, not from being used.
    await store.set("clock", measured).catch((error) => {
      if (error instanceof Ousted) throw error;
    });
    this.#timeAt = performance.now();
  }

  /** Send until nothing waits. A device's fault stops its own batches only; the first is returned. */
  async #sendAll() {
    const { batches } = this.#parts;
    const faulty = new Map();
    for (;;) {
      const queue = (await batches.next()).filter((each) => !faulty.has(each.device));
      if (queue.length === 0 && !(await this.#formNext(faulty))) break;
      for (const batch of queue) {
        const fault = await this.#send(batch);
        if (fault) faulty.set(batch.device, fault);
        await this.#parts.onChange();
      }
    }
    return [...faulty.values()][0] ?? "";
  }

  async #formNext(faulty) {
    return !faulty.has(this.#parts.device) && this.#parts.batches.form();
  }

  /** "" when acknowledged, otherwise the code of what the server has against this very batch. */
  async #send(batch) {
    const { door, batches } = this.#parts;
    try {
      await batches.acknowledge(batch, await door.send(batch));
      this.#parts.onAcknowledged(batch.scans);
      return "";
    } catch (error) {
      if (!(error instanceof Refused) || !this.#isAbout(batch, error)) throw error;
      if (error.code === "future-dated") {
        await this.#measure(true);
        await batches.reopen(batch);
      }
      return error.code;
    }
  }

  /** Whether a refusal is about a batch, so that other devices' batches may still go. */
  #isAbout(batch, { status }) {
    const carried = batch.device !== this.#parts.device;
    return [400, 401, 409, 413, 422].includes(status) || (carried && [403, 404].includes(status));
  }

  async #refresh() {
    if (this.#bundleAt && performance.now() - this.#bundleAt < BUNDLE_EVERY) return;
    const { door, store } = this.#parts;
    const fresh = await door.bundle((await store.get("bundle"))?.etag);
    if (fresh) {
      await store.set("bundle", fresh);
      await this.#parts.onBundle(fresh.body);
    } else this.#parts.onUnchanged();
    this.#bundleAt = performance.now();
  }
}
