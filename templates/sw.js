"use strict";
/* Keeps what was read, for reading without a network: the network goes first, always. */

const ASSETS = [{% for asset in assets %}"{{ asset|escapejs }}", {% endfor %}];
const PAGES = "pages-1";
const FILES = "files-" + ASSETS.join("|");
const MOST_PAGES = 300;
const MOST_FILES = 300;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(FILES).then((cache) => cache.addAll(ASSETS)).then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOld().then(() => self.clients.claim()));
});

async function forgetOld() {
  const names = await caches.keys();
  const old = names.filter((name) => name !== PAGES && name !== FILES);
  await Promise.all(old.map((name) => caches.delete(name)));
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(file(event));
  else if (url.pathname.startsWith("/media/")) event.respondWith(picture(event));
  else if (event.request.mode === "navigate") event.respondWith(page(event, url));
});

/* A name with a hash changes with what is in the file; without one, the network knows. */
async function file(event) {
  if (!/\.[0-9a-f]{12}\./.test(event.request.url)) return picture(event);
  return (await caches.match(event.request)) || fetchAndKeep(event, FILES, MOST_FILES);
}

async function picture(event) {
  return fetchAndKeep(event, FILES, MOST_FILES).catch(
    async () => (await caches.match(event.request)) || Response.error(),
  );
}

async function page(event, url) {
  try {
    if (worthKeeping(url)) return await fetchAndKeep(event, PAGES, MOST_PAGES);
    return await fetch(event.request);
  } catch {
    const kept = await caches.match(event.request, { ignoreVary: true });
    return kept || caches.match("{{ offline|escapejs }}", { ignoreVary: true });
  }
}

/* Articles, issues and pages; no search, no page of editors, nothing with parameters. */
function worthKeeping(url) {
  const reading = /^\/(articles\/\d+\/|[^/]+\/\d{4}-\d{2}-\d{2}[^/]*\/([^/]+\/)?)?$/;
  return !url.search && reading.test(url.pathname);
}

async function fetchAndKeep(event, name, most) {
  const response = await fetch(event.request);
  if (response.ok) event.waitUntil(keep(event.request, response.clone(), name, most));
  else if (response.status === 404 || response.status === 410) {
    event.waitUntil(caches.open(name).then((cache) => cache.delete(event.request, { ignoreVary: true })));
  }
  return response;
}

/* The latest last: the oldest are the first to go. */
async function keep(request, response, name, most) {
  const cache = await caches.open(name);
  await cache.delete(request, { ignoreVary: true });
  await cache.put(request, response);
  const old = (await cache.keys()).filter((key) => !ASSETS.includes(new URL(key.url).pathname));
  await Promise.all(old.slice(0, Math.max(0, old.length - most)).map((key) => cache.delete(key)));
}
