/** Which session this door is for: the one that the time decides, or one that is chosen. */

import { h, show } from "../dom.js";
import { clockTime, day, t, titled } from "../texts.js";

const DAY = 86_400_000;
const MOST = 40;

const open = (session, now) =>
  !session.cancelled && session.from - 3_600_000 <= now && now <= session.until + 3_600_000;

const KINDS = { "sessions.now": "", "sessions.next": "calm", "sessions.cancelled": "stop" };

function card(session, { edition, now, next, choose }) {
  const mark = session.cancelled
    ? "sessions.cancelled"
    : open(session, now)
      ? "sessions.now"
      : session === next
        ? "sessions.next"
        : null;
  return h(
    "li",
    {},
    h(
      "button",
      {
        class: `session ${mark === "sessions.now" ? "now" : ""}`,
        disabled: session.cancelled,
        "data-session": session.session,
        onclick: () => choose({ edition: session.edition, session: session.session }),
      },
      h("span", { class: "when" }, h("strong", {}, clockTime(session.from)), h("span", {}, clockTime(session.until))),
      h(
        "span",
        { class: "what" },
        h("strong", {}, titled(session.title) || session.session),
        h("span", {}, [titled(edition.title), session.module].filter(Boolean).join(" · ")),
      ),
      mark && h("span", { class: `tag ${KINDS[mark]}` }, t(mark)),
    ),
  );
}

export function showSessions({ roster, now, choose }) {
  const coming = roster
    .sessions()
    .filter((each) => each.until > now - DAY)
    .sort((a, b) => a.from - b.from)
    .slice(0, MOST);
  const next = coming.find((each) => each.from > now && !each.cancelled);
  const days = new Map();
  for (const each of coming) days.set(day(each.from), [...(days.get(day(each.from)) ?? []), each]);
  show(
    "sessions",
    h(
      "div",
      { class: "page" },
      h("h1", {}, t("sessions.title")),
      h(
        "button",
        { class: "session auto", "data-session": "", onclick: () => choose(null) },
        h("span", { class: "what" }, h("strong", {}, t("sessions.auto")), h("span", {}, t("sessions.auto.note"))),
      ),
      coming.length === 0 && h("p", { class: "lead" }, t("sessions.none")),
      [...days].map(([name, sessions]) => [
        h("h2", {}, name),
        h(
          "ul",
          { class: "sessions" },
          sessions.map((each) =>
            card(each, { edition: roster.edition(each.edition), now, next, choose }),
          ),
        ),
      ]),
    ),
  );
}
