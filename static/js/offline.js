"use strict";
/* Lists the pages that the service worker has kept, on the page for readers without a network. */

(async () => {
  const list = document.querySelector("[data-kept]");
  if (!list || !("caches" in window)) return;
  const cache = await caches.open("pages-1");
  const keys = (await cache.keys()).reverse();
  for (const key of keys) list.append(await entry(cache, key));
  document.querySelector("[data-nothing-kept]").hidden = keys.length > 0;
})();

async function entry(cache, key) {
  const response = await cache.match(key, { ignoreVary: true });
  const kept = new DOMParser().parseFromString(await response.text(), "text/html");
  const link = document.createElement("a");
  link.href = new URL(key.url).pathname;
  link.textContent = kept.title;
  const item = document.createElement("li");
  item.append(link);
  return item;
}
