/**
 * What this device keeps in IndexedDB: its key, its bundle, every scan, every signed batch.
 *
 * One tab writes: each write asks, in its own transaction, whether this tab is still the one that
 * took over last, so that a tab that was overtaken can do no harm, however late it wakes up.
 */

import { openDB } from "./vendor/idb.js";

export class Ousted extends Error {}

/** How long an acknowledged scan stays on the device, in ms. */
const KEPT = 7 * 24 * 60 * 60 * 1000;

const tidy = { scans: "scan_id", batches: ["device", "batch"] };

export class Store {
  #db;
  #writer = crypto.randomUUID();

  static async open() {
    const db = await openDB("ijaza-kiosk", 1, {
      upgrade(made) {
        made.createObjectStore("meta");
        const scans = made.createObjectStore("scans", { keyPath: tidy.scans });
        scans.createIndex("waiting", "waiting");
        const batches = made.createObjectStore("batches", { keyPath: tidy.batches });
        batches.createIndex("unsent", "unsent");
      },
      blocking: () => db.close(),
    });
    return new Store(db);
  }

  constructor(db) {
    this.#db = db;
  }

  /** Become the one tab that writes. */
  async takeOver() {
    await this.#durably(["meta"], (tx) => tx.objectStore("meta").put(this.#writer, "writer"));
  }

  get(name) {
    return this.#db.get("meta", name);
  }

  async set(name, value) {
    await this.write(["meta"], (tx) => tx.objectStore("meta").put(value, name));
  }

  async forget(name) {
    await this.write(["meta"], (tx) => tx.objectStore("meta").delete(name));
  }

  /**
   * One transaction, durable when this returns. `work` issues its requests and awaits no other
   * thing. Throws `Ousted`, or what IndexedDB refuses with (QuotaExceededError); then nothing of
   * it is kept.
   */
  write(names, work) {
    return this.#durably([...new Set(["meta", ...names])], async (tx) => {
      if ((await tx.objectStore("meta").get("writer")) !== this.#writer) throw new Ousted();
      return work(tx);
    });
  }

  async #durably(names, work) {
    const tx = this.#db.transaction(names, "readwrite", { durability: "strict" });
    // Its refusal is told below, by whichever of the two comes first.
    tx.done.catch(() => {});
    try {
      const result = await work(tx);
      await tx.done;
      return result;
    } catch (error) {
      try {
        tx.abort();
      } catch {
        // It has ended by itself.
      }
      throw tx.error ?? error;
    }
  }

  scans() {
    return this.#db.getAll("scans");
  }

  waiting(limit) {
    return this.#db.getAllFromIndex("scans", "waiting", 1, limit);
  }

  unsent() {
    return this.#db.getAllFromIndex("batches", "unsent", 1);
  }

  /**
   * How many scans no server has acknowledged: {own, carried} with those of other devices.
   *
   * Counted in one transaction: a scan that moves into a batch meanwhile is counted once.
   */
  async unsynced(device) {
    const tx = this.#db.transaction(["scans", "batches"]);
    const [waiting, unsent] = await Promise.all([
      tx.objectStore("scans").index("waiting").count(1),
      tx.objectStore("batches").index("unsent").getAll(1),
    ]);
    const counted = { own: waiting, carried: 0 };
    for (const batch of unsent) counted[batch.device === device ? "own" : "carried"] += batch.count;
    return counted;
  }

  /** Let go of scans that were acknowledged and are old. */
  async prune(now, kept = KEPT) {
    await this.write(["scans"], async (tx) => {
      for (let at = await tx.objectStore("scans").openCursor(); at; at = await at.continue())
        if (at.value.acknowledged && at.value.at < now - kept) await at.delete();
    });
  }
}
