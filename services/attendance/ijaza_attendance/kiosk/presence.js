/** Who is inside, as this device knows: what the server said, and the scans made here since. */

/** The server keeps whole seconds: two times this near are one scan. */
const SAME = 1000;

/** So long the server takes at most to fold what it has acknowledged, in ms. */
const FOLDED = 10_000;

export class Presence {
  #server = new Map();
  #heardAt = 0;
  #here = new Map();
  #home = (_edition, session) => session;

  static #slot = (edition, participant, session) => `${edition}/${participant}/${session}`;

  /** Take what the server knew at a time: who is not among them is outside. */
  hear(attendance, at) {
    this.#heardAt = at;
    this.#server = new Map(
      attendance.map((each) => [
        Presence.#slot(each.edition, each.participant, each.session),
        { inside: each.inside, since: Date.parse(each.since) },
      ]),
    );
  }

  /** The server knew the same at a later time. */
  heardAgain(at) {
    this.#heardAt = at;
  }

  /** Scans that the server has since a time: what it says later includes them. */
  settle(ids, at) {
    const settled = new Set(ids);
    for (const scans of this.#here.values())
      for (const each of scans) if (settled.has(each.scan_id)) each.settledAt = at;
  }

  /** `home(edition, session)` is the session that scans of a session count for from now on. */
  regroup(home) {
    this.#home = home;
    const before = this.#here;
    this.#here = new Map();
    for (const [slot, scans] of before) {
      const there = this.#counted(...slot.split("/"));
      const both = [...(this.#here.get(there) ?? []), ...scans].sort((a, b) => a.at - b.at);
      this.#here.set(there, both);
    }
  }

  #counted(edition, participant, session) {
    return Presence.#slot(edition, participant, this.#home(edition, session));
  }

  /** Take a scan that is durable here. Only accepted ones move anybody. */
  add(scan) {
    if (scan.verdict !== "accepted") return;
    const slot = this.#counted(scan.edition, scan.participant, scan.session);
    const scans = this.#here.get(slot) ?? [];
    if (scan.undo_of) {
      const undone = scans.find((each) => each.scan_id === scan.undo_of);
      if (undone) undone.undone = true;
    } else {
      scans.push({ scan_id: scan.scan_id, at: scan.at, inside: scan.direction === "in", settledAt: scan.acknowledged });
    }
    this.#here.set(slot, scans);
  }

  /** {inside, since} of somebody in a session. */
  of(edition, participant, session) {
    return this.#state(Presence.#slot(edition, participant, session));
  }

  #state(slot) {
    const scans = this.#here.get(slot) ?? [];
    const last = scans.findLast((each) => !each.undone);
    const said = this.#server.get(slot);
    const disowned = said && scans.some((each) => each.undone && Math.abs(each.at - said.since) <= SAME);
    if (said && !disowned && (!last || said.since > last.at)) return said;
    const overtaken = last?.settledAt + FOLDED < this.#heardAt;
    if (overtaken) return said ?? { inside: false, since: 0 };
    return last ? { inside: last.inside, since: last.at } : { inside: false, since: 0 };
  }

  /** The participants who are inside a session. */
  inside(edition, session) {
    const slots = new Set([...this.#server.keys(), ...this.#here.keys()]);
    const within = [];
    for (const slot of slots) {
      const [of, participant, where] = slot.split("/");
      if (of !== edition || where !== session) continue;
      const state = this.#state(slot);
      if (state.inside) within.push({ participant, since: state.since });
    }
    return within.sort((a, b) => a.since - b.since);
  }
}
