/** A door that is set up: what happens between a presentation and an answer, and all around it. */

import { showBar } from "./bar.js";
import { Batches } from "./batches.js";
import { Camera } from "./camera.js";
import { Clock } from "./clock.js";
import { Desk } from "./desk.js";
import { Door } from "./door.js";
import { followed, remembered } from "./follow.js";
import { verifierOf } from "./keys.js";
import { showNews } from "./news.js";
import { looksLikePass } from "./passes.js";
import { Place } from "./place.js";
import { Presence } from "./presence.js";
import { Recorder } from "./recorder.js";
import { Roster } from "./roster.js";
import { openFind } from "./screens/find.js";
import { showWaiting } from "./screens/notices.js";
import { ResultScreen } from "./screens/result.js";
import { ScanScreen } from "./screens/scan.js";
import { showSessions } from "./screens/sessions.js";
import { Sound } from "./sound.js";
import { Ousted } from "./store.js";
import { Supervision } from "./supervision.js";
import { Sync } from "./sync.js";
import { t } from "./texts.js";
import { listenToKeys } from "./wedge.js";

const TICK = 1_000;
const DEFAULTS = { chosen: false, choice: null, known: null, news: null, sound: true, facing: "environment" };

// One page, one loudspeaker and one keyboard, however often a door is set up in it.
const sound = new Sound();
let current = null;
listenToKeys({
  active: () => document.body.dataset.screen === "scan" && !document.querySelector("dialog[open]"),
  typed: (text) => current?.typed(text),
  typing: (text) => current?.typing(text),
});

export class Kiosk {
  clock = new Clock();
  #store;
  #device;
  #on;
  #presence = new Presence();
  #roster = null;
  #settings = DEFAULTS;
  #unsynced = { own: 0, carried: 0 };
  #counting = 0;
  #full = false;
  #ended = false;
  #ticking = 0;
  #camera = null;
  #desk;
  #place;
  #sync;
  #supervision;
  #scanScreen;
  #result;

  /** `on`: what the page does when this door can go on no longer, or is set up again. */
  constructor({ store, device, ...on }) {
    this.#store = store;
    this.#device = device;
    this.#on = on;
    const { clock } = this;
    const batches = new Batches({ store, clock, device });
    const recorder = new Recorder({ store, device: device.device, clock });
    this.#desk = new Desk({ store, clock, recorder, presence: this.#presence });
    this.#place = new Place({ clock, desk: this.#desk, presence: this.#presence });
    this.#sync = new Sync({
      store,
      clock,
      device: device.device,
      batches,
      door: new Door(device, clock, (changed) => store.set("device", changed)),
      onBundle: (bundle) => this.#learn(bundle),
      onUnchanged: () => this.#presence.heardAgain(clock.now()),
      onAcknowledged: (ids) => this.#presence.settle(ids, clock.now()),
      onChange: () => this.#count(),
      onRevoked: () => this.#revoked(),
      onOusted: on.ousted,
    });
    this.#supervision = new Supervision({ store, device, clock, batches, sound, sync: this.#sync });
    this.#result = new ResultScreen({
      sound,
      undo: () => this.#undo(),
      closed: () => this.#draw(),
    });
    this.#scanScreen = new ScanScreen({
      chooseDirection: (direction) => (this.#desk.direction = direction),
      find: () => this.#find(),
      undo: () => this.#undo(),
      startCamera: (video) => this.#startCamera(video),
    });
  }

  async start() {
    current = this;
    if (await this.#store.get("revoked")) return this.#on.revoked(this.#store, this.#device);
    this.clock.restore(await this.#store.get("clock"));
    this.#settings = { ...DEFAULTS, ...(await this.#store.get("settings")) };
    sound.on = this.#settings.sound;
    this.#desk.choice = this.#settings.choice;
    for (const scan of await this.#store.scans()) this.#presence.add(scan);
    // Before anything is drawn: the number in the header is never less than it is.
    await this.#count();
    const bundle = await this.#store.get("bundle");
    if (bundle) await this.#learn(bundle.body);
    if (!bundle) showWaiting();
    this.#sync.start();
    this.#ticking = setInterval(() => this.#draw(), TICK);
    document.addEventListener("visibilitychange", this.#stayAwake);
    return this.#stayAwake();
  }

  end() {
    this.#ended = true;
    this.#sync.stop();
    this.#camera?.stop();
    clearInterval(this.#ticking);
    document.removeEventListener("visibilitychange", this.#stayAwake);
    if (current === this) current = null;
    this.#result.clear();
    document.querySelector("dialog[open]")?.close();
  }

  #stayAwake = async () => {
    if (!document.hidden) await navigator.wakeLock?.request("screen").catch(() => {});
  };

  /** Take a bundle: indexed and its keys imported before the first scan needs them. */
  async #learn(bundle) {
    const keys = await Promise.all(
      bundle.keys.map(async ({ key_id: id, public_key: key }) => [id, await verifierOf(key)]),
    );
    const first = this.#roster === null;
    const roster = new Roster(bundle);
    this.#presence.regroup((edition, session) => roster.home(edition, session));
    this.#presence.hear(bundle.attendance, Date.parse(bundle.server_time));
    this.#roster = this.#place.roster = roster;
    this.#desk.learn({ roster, verifiers: new Map(keys) });
    const changed = followed(roster, this.#settings);
    if (changed) await this.#keep(changed);
    if (first && !this.#ended) this.home();
  }

  /** The screen to be on: the choice of a session first, then the door. */
  home() {
    this.#camera?.stop();
    if (!this.#roster) showWaiting();
    else if (this.#settings.chosen) this.#scanScreen.show({ direction: this.#desk.direction });
    else this.#chooseSession();
    this.#draw();
  }

  #chooseSession() {
    this.#camera?.stop();
    const choose = async (choice) => {
      await this.#keep({ choice, chosen: true, known: remembered(this.#roster, choice), news: null });
      this.home();
    };
    showSessions({ roster: this.#roster, now: this.clock.now(), choose });
  }

  async #keep(changed) {
    this.#settings = { ...this.#settings, ...changed };
    this.#desk.choice = this.#settings.choice;
    try {
      await this.#store.set("settings", this.#settings);
    } catch (error) {
      this.#troubled(error);
    }
  }

  typed(text) {
    const begun = performance.now();
    if (looksLikePass(text)) return this.#answer(() => this.#desk.present(text, "scanner"), begun);
    const found = this.#search(text);
    if (found.length === 1) return this.#answer(() => this.#desk.admit(found[0]), begun);
    if (found.length > 1) return this.#find(text);
    if (/^\d+$/.test(text))
      return this.#result.show({ kind: "refused", code: "unknown-number" }, begun);
    return this.#answer(() => this.#desk.present(text, "scanner"), begun);
  }

  typing(text) {
    const reading = looksLikePass(text) ? t("scan.reading") : `${t("scan.typing")}: ${text}`;
    this.#scanScreen.typing(text ? reading : "");
  }

  async #answer(ask, begun) {
    try {
      const result = await ask();
      if (result === null) return;
      this.#full = result.kind === "unrecorded" ? Boolean(result.full) : this.#full && !result.scan;
      this.#result.show(result, begun);
      await this.#count();
      this.#sync.soon();
    } catch (error) {
      this.#troubled(error);
    }
  }

  #troubled(error) {
    if (error instanceof Ousted) this.#on.ousted();
    else if (error.name === "QuotaExceededError") this.#full = true;
    else throw error;
  }

  #undo() {
    return this.#answer(() => this.#desk.undo(), performance.now());
  }

  #search(text) {
    return this.#roster.search(text, this.#desk.choice?.edition);
  }

  #find(text = "") {
    openFind({
      search: (sought) => this.#search(sought),
      isInside: (person) => this.#place.isInside(person),
      admit: (person) => this.#answer(() => this.#desk.admit(person), performance.now()),
      present: (pass) => this.typed(pass),
    });
    if (!text) return;
    const field = document.querySelector("#find");
    field.value = text;
    field.dispatchEvent(new Event("input"));
  }

  async #startCamera(video) {
    this.#camera?.stop();
    this.#camera = new Camera(video, (text, at) => {
      if (document.body.dataset.screen !== "scan") return;
      this.#answer(() => this.#desk.present(text, "camera"), at);
    });
    await this.#camera.start(this.#settings.facing);
  }

  async #count() {
    this.#counting += 1;
    const turn = this.#counting;
    const counted = await this.#store.unsynced(this.#device.device);
    // A count that began earlier may end later, and would take the number back.
    if (turn === this.#counting) this.#unsynced = counted;
    this.#draw();
  }

  #draw() {
    if (this.#ended || document.body.dataset.screen === "enrol") return;
    const { own, carried } = this.#unsynced;
    showBar({
      title: this.#place.title(),
      label: this.#device.label,
      online: this.#sync.state.online,
      unsent: own + carried,
      now: this.clock.now(),
      full: this.#full,
      openMenu: () => this.#supervise(),
    });
    showNews(this.#settings.news, {
      close: () => this.#keep({ news: null }).then(() => this.#draw()),
      choose: () => this.#chooseSession(),
    });
    if (this.#roster && document.body.dataset.screen === "scan")
      this.#scanScreen.update({
        last: this.#desk.last,
        inside: this.#place.inside().length,
        closed: !this.#place.isOpen(),
      });
  }

  #supervise() {
    if (!this.#roster) return;
    this.#camera?.stop();
    this.#supervision.show({
      inside: () => this.#place.inside(),
      unsynced: () => this.#unsynced,
      facing: () => this.#settings.facing,
      count: () => this.#count(),
      keep: (changed) => this.#keep(changed),
      home: () => this.home(),
      chooseSession: () => this.#chooseSession(),
      enrolAgain: this.#on.enrolAgain,
      languageChanged: () => {
        this.#on.rememberLanguage();
        this.#draw();
      },
    });
  }

  /** Names leave the device at once; what was not sent stays. */
  async #revoked() {
    await this.#store.set("revoked", true).catch(() => {});
    await this.#store.forget("bundle").catch(() => {});
    await this.#on.revoked(this.#store, this.#device);
  }
}
