/** The session that a door is set to follows the calendar: what a new bundle does to the choice. */

const about = ({ session, title, from, until }) => ({ session, title, from, until });

/** What is remembered of a chosen session, so that a change of it can be told. */
export function remembered(roster, choice) {
  const session = choice && roster.session(choice.edition, choice.session);
  return session ? about(session) : null;
}

/**
 * The settings that change with a bundle, or null.
 *
 * `known` is what was last said of the chosen session. `news` is what has to be said now: that it
 * was merged, moved or cancelled, or is no longer this door's. A merged one is left for the one
 * that its scans count for.
 */
export function followed(roster, { choice, known }) {
  if (!choice) return null;
  const chosen = roster.session(choice.edition, choice.session);
  const stands = chosen && roster.session(choice.edition, chosen.counts_for ?? chosen.session);
  if (!stands || stands.cancelled) {
    if (known?.ended) return null;
    const ended = stands ? about(stands) : (known ?? { session: choice.session });
    return { known: { ...ended, ended: true }, news: { kind: stands ? "cancelled" : "gone", ...ended } };
  }
  const now = about(stands);
  if (stands !== chosen) {
    const there = { edition: choice.edition, session: stands.session };
    return { choice: there, known: now, news: { kind: "merged", ...now } };
  }
  if (known && known.from === now.from && known.until === now.until) return null;
  return { known: now, ...(known && { news: { kind: "moved", ...now } }) };
}
