/**
 * Scans in signed batches.
 *
 * A batch is signed and stored before it is sent for the first time; from then on the same bytes
 * are sent until they are acknowledged, and no later batch of the device goes before it.
 */

import { fromBase64url, toBase64url, utf8 } from "./encoding.js";
import { detachedJws } from "./keys.js";

const MOST = 200;
const FORMAT = "ijaza-kiosk-queue";

const sent = ({ scan_id, token_hash, pass_serial, key_id, participant, session, direction, device_at, seq, method, verdict, undo_of }) => ({
  scan_id,
  token_hash,
  pass_serial,
  key_id,
  participant,
  session,
  direction,
  device_at,
  seq,
  method,
  verdict,
  ...(undo_of ? { undo_of } : {}),
});

export class Batches {
  #store;
  #clock;
  #device;

  constructor({ store, clock, device }) {
    this.#store = store;
    this.#clock = clock;
    this.#device = device;
  }

  /** Sign and store the next batch. False if no scan waits for one. */
  async form() {
    const { device, key } = this.#device;
    const waiting = (await this.#store.waiting(MOST)).filter((scan) => scan.scan_id.startsWith(`${device}-`));
    if (waiting.length === 0) return false;
    const { edition } = waiting[0];
    const other = waiting.findIndex((scan) => scan.edition !== edition);
    const scans = other < 0 ? waiting : waiting.slice(0, other);
    const counter = `batch:${device}`;
    const batch = ((await this.#store.get(counter)) ?? 0) + 1;
    const body = utf8(
      JSON.stringify({
        device,
        batch,
        edition,
        offset_ms: this.#clock.offset ?? 0,
        made_at: new Date().toISOString(),
        scans: scans.map(sent),
      }),
    );
    const signature = await detachedJws(key, device, body);
    await this.#store.write(["scans", "batches"], async (tx) => {
      await tx.objectStore("meta").put(batch, counter);
      const ids = scans.map((scan) => scan.scan_id);
      await tx
        .objectStore("batches")
        .add({ device, batch, body, signature, scans: ids, count: ids.length, unsent: 1 });
      for (const { waiting: _, ...scan } of scans) await tx.objectStore("scans").put(scan);
    });
    return true;
  }

  /** Sign and store all that waits. */
  async seal() {
    while (await this.form());
  }

  /** The oldest batch of each device that is not acknowledged. */
  async next() {
    const first = new Map();
    for (const each of await this.#store.unsent())
      if (!first.has(each.device)) first.set(each.device, each);
    return [...first.values()];
  }

  /** Take an acknowledgement: the bytes go, the scans stay a while with what became of them. */
  async acknowledge({ device, batch, scans }, outcomes) {
    const said = new Map(outcomes.map((each) => [each.scan_id, each]));
    await this.#store.write(["scans", "batches"], async (tx) => {
      await tx.objectStore("batches").delete([device, batch]);
      const kept = tx.objectStore("scans");
      for (const id of scans) {
        const scan = await kept.get(id);
        if (!scan) continue;
        const { outcome, code } = said.get(id) ?? {};
        await kept.put({ ...scan, acknowledged: this.#clock.now(), outcome, code });
      }
    }).catch((error) => {
      if (error.name !== "QuotaExceededError") throw error;
      return this.#drop({ device, batch, scans });
    });
  }

  /** The disk is full: what the server has needs no room here. */
  #drop({ device, batch, scans }) {
    return this.#store.write(["scans", "batches"], async (tx) => {
      await tx.objectStore("batches").delete([device, batch]);
      for (const id of scans) await tx.objectStore("scans").delete(id);
    });
  }

  /**
   * Take a batch apart, so that its scans go into a new one under its number.
   *
   * Only for a batch that the server refused whole, because this clock was thought to be elsewhere
   * when it was signed. False if it is another device's, which we cannot sign for.
   */
  async reopen({ device, batch, scans }) {
    if (device !== this.#device.device) return false;
    await this.#store.write(["scans", "batches"], async (tx) => {
      await tx.objectStore("batches").delete([device, batch]);
      await tx.objectStore("meta").put(batch - 1, `batch:${device}`);
      for (const id of scans) {
        const scan = await tx.objectStore("scans").get(id);
        await tx.objectStore("scans").put({ ...scan, waiting: 1 });
      }
    });
    return true;
  }

  /** All that is not acknowledged, as the text of a file for another device. Names nobody. */
  async exported() {
    await this.seal();
    const devices = new Map();
    for (const { device, batch, body, signature, count } of await this.#store.unsent()) {
      const listed = devices.get(device) ?? [];
      listed.push({ batch, count, body: toBase64url(body), signature });
      devices.set(device, listed);
    }
    const queues = [...devices].map(([device, batches]) => ({ device, batches }));
    return JSON.stringify({ format: FORMAT, version: 1, queues }, null, 1);
  }

  /** Take over what another device exported. Returns how many scans came new. Throws if it is none. */
  async imported(text) {
    const file = JSON.parse(text);
    if (file.format !== FORMAT || file.version !== 1) throw new TypeError("not a queue of a kiosk");
    const carried = file.queues.flatMap(({ device, batches }) =>
      batches.map(({ batch, body, signature }) => {
        const bytes = fromBase64url(body);
        const { scans } = JSON.parse(new TextDecoder().decode(bytes));
        const ids = scans.map((scan) => scan.scan_id);
        return { device, batch, body: bytes, signature, scans: ids, count: ids.length, unsent: 1 };
      }),
    );
    return this.#store.write(["batches"], async (tx) => {
      let fresh = 0;
      for (const each of carried) {
        if (await tx.objectStore("batches").get([each.device, each.batch])) continue;
        await tx.objectStore("batches").add(each);
        fresh += each.count;
      }
      return fresh;
    });
  }
}
