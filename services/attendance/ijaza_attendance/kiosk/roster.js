/** Who may come: the bundle of this device, indexed once, so that a scan looks nobody up twice. */

/** A session takes scans from an hour before its start to an hour after its end. */
const EARLY_AND_LATE = 60 * 60 * 1000;

const ARABIC_DIGITS = /[\u0660-\u0669\u06f0-\u06f9]/g;
const MARKS = /[\u0300-\u036f\u064b-\u065f\u0670\u0640]/g;

/** Digits as ASCII: a badge number may be typed on an Arabic keyboard. */
export const asciiDigits = (text) =>
  text.replace(ARABIC_DIGITS, (digit) => String(digit.charCodeAt(0) & 15));

/** A name as it is searched: no marks, no case, the spellings of alef, ya and ta marbuta as one. */
export function searchable(name) {
  return asciiDigits(name.normalize("NFKD").replace(MARKS, "").toLowerCase())
    .replace(/[أإآٱ]/g, "ا")
    .replace(/[ىئ]/g, "ي")
    .replace(/ؤ/g, "و")
    .replace(/ة/g, "ه")
    .replace(/\s+/g, " ")
    .trim();
}

export class Roster {
  constructor(bundle) {
    this.editions = new Map();
    this.people = [];
    for (const edition of bundle.editions) this.#take(edition);
  }

  #take(edition) {
    const byParticipant = new Map();
    for (const person of edition.roster) {
      const listed = {
        ...person,
        edition: edition.edition,
        words: searchable(`${person.name_en} ${person.name_ar}`),
      };
      byParticipant.set(person.participant, listed);
      this.people.push(listed);
    }
    const sessions = edition.sessions
      .map((each) => ({
        ...each,
        edition: edition.edition,
        from: Date.parse(each.start),
        until: Date.parse(each.end),
      }))
      .sort((a, b) => a.from - b.from);
    this.editions.set(edition.edition, {
      ...edition,
      sessions,
      byParticipant,
      revokedSerials: new Set(edition.revoked),
    });
  }

  edition(id) {
    return this.editions.get(id);
  }

  person(edition, participant) {
    return this.editions.get(edition)?.byParticipant.get(participant);
  }

  session(edition, id) {
    return this.editions.get(edition)?.sessions.find((each) => each.session === id);
  }

  /** The session that scans of a session count for: itself, or what it was merged into. */
  home(edition, id) {
    return this.session(edition, id)?.counts_for ?? id;
  }

  sessions() {
    return [...this.editions.values()].flatMap((each) => each.sessions);
  }

  /** The session of an edition that takes scans at a time: of several the nearest start. */
  sessionAt(edition, time) {
    const open = (this.editions.get(edition)?.sessions ?? []).filter(
      (each) =>
        !each.cancelled && each.from - EARLY_AND_LATE <= time && time <= each.until + EARLY_AND_LATE,
    );
    open.sort((a, b) => Math.abs(a.from - time) - Math.abs(b.from - time));
    return open[0];
  }

  /** Who bears a badge number, or whose names hold every word. At most `limit`. */
  search(text, edition = null, limit = 8) {
    const sought = searchable(text);
    if (!sought) return [];
    const among = edition ? this.people.filter((each) => each.edition === edition) : this.people;
    if (/^\d+$/.test(sought)) {
      const number = Number(sought);
      return among.filter((each) => Number(each.number) === number).slice(0, limit);
    }
    const words = sought.split(" ");
    return among.filter((each) => words.every((word) => each.words.includes(word))).slice(0, limit);
  }
}
