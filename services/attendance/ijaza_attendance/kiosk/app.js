/** Starts the door: one tab, one store, one device. */

import { hideBar } from "./bar.js";
import { Batches } from "./batches.js";
import { Clock } from "./clock.js";
import { enrol as askToEnrol } from "./door.js";
import { makeDeviceKey } from "./keys.js";
import { Kiosk } from "./kiosk.js";
import { saveFile } from "./files.js";
import { showEnrol } from "./screens/enrol.js";
import { showBlocked } from "./screens/notices.js";
import { Store } from "./store.js";
import { preferred, speak, spoken, t } from "./texts.js";
import { keepShell } from "./shell.js";

const LOCK = "ijaza-kiosk";
const LANGUAGE = "ijaza-language";

// Chosen before there is a store that may be written, and not worth a transaction.
const rememberLanguage = () => localStorage.setItem(LANGUAGE, spoken());

/**
 * Hold the lock of the one tab that records, for as long as the tab lives.
 *
 * Resolves to whether it was had; `lost` is called when another tab steals it.
 */
function hold(options, lost) {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    navigator.locks
      .request(LOCK, options, (lock) => {
        resolve(lock !== null);
        return lock === null ? undefined : new Promise(() => {});
      })
      .catch(lost);
  });
}

let kiosk = null;

function ousted() {
  kiosk?.end();
  kiosk = null;
  hideBar();
  showBlocked("other", [[t("blocked.other.go"), () => begin({ steal: true })]]);
}

async function begin(options) {
  if (!(await hold(options, ousted))) return ousted();
  let store;
  try {
    store = await Store.open();
    await store.takeOver();
  } catch {
    return showBlocked("storage", [[t("blocked.storage.go"), () => location.reload()]]);
  }
  const device = await store.get("device");
  return device ? run(store, device) : askForCode(store);
}

/** Enrol, and keep what the old device of this browser has not sent: signed by its own key. */
function askForCode(store, { device, clock, back } = {}) {
  hideBar();
  showEnrol({
    back,
    setLanguage: rememberLanguage,
    enrol: async (code) => {
      // The same code with the same key again is the same enrolment: an answer may get lost.
      const pending = await store.get("pending");
      const key = pending?.code === code ? pending.key : await makeDeviceKey();
      await store.set("pending", { code, key });
      const answer = await askToEnrol(code, key.publicKey);
      if (device) await new Batches({ store, clock, device }).seal();
      const made = { device: answer.device, label: answer.label, token: answer.token, key };
      await store.write(["meta"], async (tx) => {
        const meta = tx.objectStore("meta");
        await Promise.all([
          meta.put(made, "device"),
          ...["bundle", "pending", "revoked", "settings"].map((each) => meta.delete(each)),
        ]);
      });
      await run(store, made);
    },
  });
}

async function run(store, device) {
  await navigator.storage?.persist?.().catch(() => false);
  kiosk?.end();
  const again = () => askForCode(store, { device, clock: kiosk.clock, back: () => kiosk.home() });
  kiosk = new Kiosk({ store, device, enrolAgain: again, revoked, ousted, rememberLanguage });
  await kiosk.start();
}

/** The office ended this device's access: what waits stays, to be carried by another device. */
async function revoked(store, device) {
  kiosk.end();
  hideBar();
  const clock = new Clock();
  clock.restore(await store.get("clock"));
  const batches = new Batches({ store, clock, device });
  const { own, carried } = await store.unsynced(device.device);
  const enrolAgain = () => askForCode(store, { device, clock, back: () => revoked(store, device) });
  showBlocked(
    "revoked",
    [
      [t("super.enrol"), enrolAgain],
      [t("super.export"), async () => saveFile(device.label, await batches.exported())],
    ],
    `${t("super.unsynced")}: ${own + carried}`,
  );
}

speak(preferred(localStorage.getItem(LANGUAGE)));
if (isSecureContext && crypto.subtle) {
  keepShell();
  begin({ ifAvailable: true });
} else showBlocked("insecure");
