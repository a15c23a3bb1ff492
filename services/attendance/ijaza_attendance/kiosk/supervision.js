/** What the supervisor's screen shows, asked for anew each time, and what its buttons do. */

import { saveFile } from "./files.js";
import { showSupervisor } from "./screens/supervisor.js";
import { hasNewVersion, isStored, restart } from "./shell.js";
import { other, speak, t } from "./texts.js";

async function storageState() {
  const { usage = 0, quota = 1 } = (await navigator.storage?.estimate?.()) ?? {};
  const persisted = (await navigator.storage?.persisted?.()) ?? false;
  return { persisted, percent: Math.round((100 * usage) / (quota || 1)) };
}

/** Taken here, and kept by the server as an attempt that does not count. */
const isUncounted = ({ verdict, outcome }) => verdict === "accepted" && outcome === "kept";

export class Supervision {
  #parts;

  /** `parts`: store, device, clock, batches, sync, sound. */
  constructor(parts) {
    this.#parts = parts;
  }

  /**
   * `kiosk`: inside, unsynced and facing as they are when asked; count, keep, home, chooseSession,
   * enrolAgain, languageChanged to be called.
   */
  async show(kiosk) {
    const { store, device, clock, sync, sound } = this.#parts;
    const [storage, scans] = await Promise.all([storageState(), store.scans()]);
    showSupervisor(
      {
        label: device.label,
        inside: kiosk.inside(),
        unsynced: kiosk.unsynced(),
        sync: sync.state,
        clock,
        storage,
        uncounted: scans.filter(isUncounted).length,
        ready: isStored(),
        newVersion: hasNewVersion(),
        sound: sound.on,
      },
      this.#actions(kiosk),
    );
  }

  #actions(kiosk) {
    const { sync, sound } = this.#parts;
    const again = () => this.show(kiosk);
    return {
      back: kiosk.home,
      session: kiosk.chooseSession,
      enrol: kiosk.enrolAgain,
      update: restart,
      sync: () => sync.round().then(again),
      exportQueue: () => this.#export(kiosk),
      importQueue: (text) => this.#import(text, kiosk),
      language: () => {
        speak(other());
        kiosk.languageChanged();
        return again();
      },
      sound: async () => {
        sound.on = !sound.on;
        await kiosk.keep({ sound: sound.on });
        return again();
      },
      camera: async () => {
        await kiosk.keep({ facing: kiosk.facing() === "user" ? "environment" : "user" });
        kiosk.home();
      },
    };
  }

  async #export({ count }) {
    const { device, batches } = this.#parts;
    saveFile(device.label, await batches.exported());
    await count();
    return t("super.exported");
  }

  async #import(text, { count }) {
    const { batches, sync } = this.#parts;
    const fresh = await batches.imported(text);
    await count();
    sync.soon(0);
    return fresh;
  }
}
