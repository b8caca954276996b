// The service worker: pages of a check-in, an inspection or a job that were opened on this tablet open again without Wi-Fi, with
// their style and scripts. It keeps pages and files only; what people enter is kept by queue.js. The server puts
// FILES, the addresses of all style sheets and scripts, and VERSION above these lines.
const SHELL = `files-${VERSION}`;
const PAGES = "pages";
const OWNER = "/waiting/owner";
const FALLBACK = "/waiting";
const PATIENCE_MS = 6000;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const clear = async () => {
    for (const name of await caches.keys()) if (name !== SHELL && name !== PAGES) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(clear());
});

// Every answer of our server says so in a header. Anything else, a hotel's sign-in page for example, counts as none.
async function fromServer(url) {
  const answer = await fetch(url, { credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!answer.headers.get("Aftersales")) throw new TypeError("The answer is not our server's.");
  return answer;
}

async function page(url) {
  const cache = await caches.open(PAGES);
  const known = await cache.match(url, { ignoreVary: true });
  try {
    const answer = await fromServer(url);
    if (answer.redirected) return Response.redirect(answer.url);
    if (known && answer.ok) await cache.put(url, answer.clone());
    return answer;
  } catch {
    return known ?? (await cache.match(FALLBACK, { ignoreVary: true })) ?? Response.error();
  }
}

const kept = async (request) => (await caches.match(request, { ignoreVary: true })) ?? fetch(request);

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (pathname.startsWith("/static/") || request.destination === "image") event.respondWith(kept(request));
  else if (request.mode === "navigate") event.respondWith(page(request.url));
});

// Pages hold personal data: those of one person are never there for the next, and they go with the sign-out.
async function keepPages({ owner, urls }) {
  const before = await (await caches.open(PAGES)).match(OWNER);
  if (before && (await before.text()) !== owner) await caches.delete(PAGES);
  const cache = await caches.open(PAGES);
  await cache.put(OWNER, new Response(owner));
  for (const url of [FALLBACK, ...urls]) {
    const answer = await fromServer(url);
    if (!answer.ok || answer.redirected) continue;
    await cache.put(url, answer.clone());
    await keepPictures(cache, await answer.text());
  }
}

// The pictures that a page shows, the last visit's for the camera's ghost among them. Their addresses never change.
async function keepPictures(cache, text) {
  for (const [address] of text.matchAll(/\/photos\/\d+(\/thumb)?(?=["&])/g)) {
    if (await cache.match(address)) continue;
    const picture = await fromServer(address);
    if (picture.ok) await cache.put(address, picture);
  }
}

self.addEventListener("message", (event) => {
  const { data, source } = event;
  if (data.type === "forget") event.waitUntil(caches.delete(PAGES));
  if (data.type === "keep") event.waitUntil(keepPages(data).then(() => source.postMessage({ kept: true }), () => source.postMessage({ kept: false })));
});
