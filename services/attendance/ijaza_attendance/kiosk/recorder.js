/** Scans become durable here, and nowhere else: an entry has its number when it is kept. */

/** Width of the number in a scan's id. */
const DIGITS = 8;

export class Recorder {
  #store;
  #device;
  #clock;

  constructor({ store, device, clock }) {
    this.#store = store;
    this.#device = device;
    this.#clock = clock;
  }

  /**
   * Keep one scan or attempt. When this returns it is on the disk; when it throws it is not.
   *
   * The number is taken and the scan written in one transaction, so that numbers have no gaps and
   * never come twice, whenever the tab is killed.
   */
  async record(entry) {
    const counter = `seq:${this.#device}`;
    const deviceAt = Date.now();
    const at = this.#clock.now();
    return this.#store.write(["scans"], async (tx) => {
      const meta = tx.objectStore("meta");
      const seq = ((await meta.get(counter)) ?? 0) + 1;
      const scan = {
        ...entry,
        scan_id: `${this.#device}-${String(seq).padStart(DIGITS, "0")}`,
        device_at: new Date(deviceAt).toISOString(),
        seq,
        at,
        waiting: 1,
      };
      await Promise.all([meta.put(seq, counter), tx.objectStore("scans").add(scan)]);
      return scan;
    });
  }

  /** Take back a scan: a fact of its own, that names the scan it undoes. */
  undo(scan) {
    const { edition, participant, session, direction, token_hash, pass_serial, key_id, method } = scan;
    const same = { edition, participant, session, direction, token_hash, pass_serial, key_id, method };
    return this.record({ ...same, verdict: "accepted", undo_of: scan.scan_id });
  }
}
