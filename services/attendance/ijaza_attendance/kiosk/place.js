/** Where the door stands now: the sessions that scans go to, and who is inside them. */

import { t, titled } from "./texts.js";

export class Place {
  roster = null;
  #clock;
  #desk;
  #presence;

  constructor({ clock, desk, presence }) {
    this.#clock = clock;
    this.#desk = desk;
    this.#presence = presence;
  }

  /** The sessions that scans go to: the chosen one, or that of each edition which the time decides. */
  #sessions() {
    const { choice } = this.#desk;
    const now = this.#clock.now();
    const sessions = choice
      ? [this.roster.session(choice.edition, choice.session)]
      : [...this.roster.editions.keys()].map((each) => this.roster.sessionAt(each, now));
    return sessions.filter(Boolean);
  }

  /** Whether a scan can be taken at all. */
  isOpen() {
    return this.#sessions().some((each) => !each.cancelled);
  }

  isInside({ edition, participant }) {
    const session = this.#sessions().find((each) => each.edition === edition);
    return Boolean(session && this.#presence.of(edition, participant, session.session).inside);
  }

  /** Who is inside, with the person and since when. */
  inside() {
    return this.#sessions().flatMap(({ edition, session }) =>
      this.#presence
        .inside(edition, session)
        .map((each) => ({ ...each, person: this.roster.person(edition, each.participant) }))
        .filter((each) => each.person),
    );
  }

  title() {
    if (!this.roster) return t("app.name");
    const sessions = this.#sessions();
    if (sessions.length === 0) return t("scan.none");
    if (sessions.length > 1) return t("scan.automatic");
    return titled(sessions[0].title) || sessions[0].session;
  }
}
