/**
 * Keeps the page on the device: all of its files, of one version, or none.
 *
 * The server writes SHELL: the version and each file with its hash. A file that is not what its
 * hash says makes the installation fail, and the version before stays. A new version waits until
 * the page asks for it, or until no tab is open, so that nobody's door changes under their hands.
 */

const SHELL = /* shell */ null;
const CACHE = `ijaza-kiosk-${SHELL.version}`;
const PAGE = "/kiosk";

async function store() {
  const cache = await caches.open(CACHE);
  await Promise.all(
    SHELL.files.map(async ({ path, integrity }) => {
      const answer = await fetch(path, { cache: "no-cache", integrity });
      if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
      await cache.put(path, answer);
    }),
  );
}

async function clear() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("ijaza-kiosk-") && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function answer(request) {
  const { pathname } = new URL(request.url);
  const path = request.mode === "navigate" ? PAGE : pathname;
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(store()));
self.addEventListener("activate", (event) => event.waitUntil(clear()));
self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
});
self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  const ours = origin === location.origin && (pathname === PAGE || pathname.startsWith(`${PAGE}/`));
  if (event.request.method === "GET" && ours) event.respondWith(answer(event.request));
});
