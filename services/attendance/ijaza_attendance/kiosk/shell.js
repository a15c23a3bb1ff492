/** The page on the device: whether it is stored, and whether a newer one waits. */

const workers = navigator.serviceWorker;
let registration = null;

export async function keepShell() {
  try {
    registration = await workers?.register("/kiosk/sw.js", { scope: "/kiosk", updateViaCache: "none" });
    setInterval(() => registration.update().catch(() => {}), 60 * 60 * 1000);
  } catch {
    // A browser that forbids it works online; the supervisor's screen says that it is not stored.
  }
}

export const isStored = () => Boolean(registration?.active);

export const hasNewVersion = () => Boolean(registration?.waiting && registration.active);

export function restart() {
  workers.addEventListener("controllerchange", () => location.reload(), { once: true });
  registration.waiting.postMessage("take over");
}
