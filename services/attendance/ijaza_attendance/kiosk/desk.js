/** One presentation after the other: judged, recorded, and only then answered. */

import { judgePass, judgePerson } from "./passes.js";
import { Ousted } from "./store.js";

/** A pass that is held a little longer is the same presentation, for so many ms. */
const SAME_PERSON = 20_000;

export class Desk {
  /** The session that was chosen, {edition, session}, or null: the time decides. */
  choice = null;
  /** "auto", "in" or "out". */
  direction = "auto";
  /** The last accepted scan, which may be undone. */
  last = null;
  #parts;
  #line = Promise.resolve();

  /** `parts`: recorder, presence, clock, store, roster, verifiers. */
  constructor(parts) {
    this.#parts = parts;
  }

  learn({ roster, verifiers }) {
    Object.assign(this.#parts, { roster, verifiers });
  }

  /** A pass as text, from the camera or a hand-held scanner. */
  present(text, method) {
    return this.#next(async () => this.#settle(await judgePass(text, this.#here()), method));
  }

  /** Somebody who was looked up. */
  admit(person) {
    return this.#next(() => this.#settle(judgePerson(person, this.#here()), "search"));
  }

  /** Take back the last accepted scan. */
  undo() {
    return this.#next(async () => {
      const { last } = this;
      if (!last) return null;
      const result = await this.#keep(() => this.#parts.recorder.undo(last.scan), {
        ...last,
        kind: "undone",
      });
      if (result.kind === "undone") this.last = null;
      return result;
    });
  }

  #next(work) {
    const done = this.#line.then(work);
    this.#line = done.catch(() => {});
    return done;
  }

  #here() {
    const { roster, verifiers, clock } = this.#parts;
    return { roster, verifiers, choice: this.choice, now: clock.now() };
  }

  #settle(found, method) {
    return found.code ? this.#refuse(found, method) : this.#accept(found, method);
  }

  async #refuse(found, method) {
    const { roster } = this.#parts;
    const known = Boolean(found.person);
    const edition = known ? found.edition : (this.choice?.edition ?? roster.editions.keys().next().value);
    const entry = {
      edition,
      participant: known || found.code === "not-on-roster" ? found.participant : "",
      session: found.session?.session ?? (this.choice?.edition === edition ? this.choice.session : ""),
      direction: this.direction === "out" ? "out" : "in",
      verdict: found.code,
      ...evidence(found, method),
    };
    const { code, person } = found;
    return this.#keep(() => this.#parts.recorder.record(entry), { kind: "refused", code, person });
  }

  async #accept(found, method) {
    const { clock, presence } = this.#parts;
    const { person, session } = found;
    const { inside, since } = presence.of(found.edition, found.participant, session.session);
    const is = inside ? "in" : "out";
    const unchanged = this.direction === "auto" || this.direction === is;
    const justNow = since && Math.abs(clock.now() - since) < SAME_PERSON;
    const { record } = this.#parts.roster.edition(found.edition);
    if (unchanged && (justNow || (record === "in-only" && inside)))
      return { kind: "repeat", direction: is, person, session, since };
    const direction = this.direction === "auto" ? (inside ? "out" : "in") : this.direction;
    const entry = {
      edition: found.edition,
      participant: found.participant,
      session: session.session,
      direction,
      verdict: "accepted",
      ...evidence(found, method),
    };
    const result = { kind: direction, person, session };
    const kept = await this.#keep(() => this.#parts.recorder.record(entry), result);
    if (kept.scan) this.last = kept;
    return kept;
  }

  /** Record, and answer `result` with the scan; whatever is not durable is answered as such. */
  async #keep(record, result) {
    try {
      const scan = await this.#withRoom(record);
      this.#parts.presence.add(scan);
      return { ...result, scan };
    } catch (error) {
      if (error instanceof Ousted) throw error;
      return { kind: "unrecorded", person: result.person, full: error.name === "QuotaExceededError" };
    }
  }

  /** Try once more with the room of scans that the server has. */
  async #withRoom(record) {
    const { store, clock } = this.#parts;
    try {
      return await record();
    } catch (error) {
      if (error.name !== "QuotaExceededError") throw error;
      await store.prune(clock.now(), 0);
      return record();
    }
  }
}

const evidence = ({ tokenHash, serial, keyId }, method) => ({
  token_hash: tokenHash,
  pass_serial: serial,
  key_id: keyId,
  method,
});
