// The service worker. It answers for the page, its scripts and styles from what
// it kept when it was installed, so that the workbench opens without a network.
// A newer build's worker waits until every window of this one is closed.
const kept = `workbench-${build}`;
const page = "/chat";
const parts = [page, `/static/page.css?build=${build}`, `/static/chat.js?build=${build}`];

self.addEventListener("install", (e) => e.waitUntil(caches.open(kept).then((c) => c.addAll(parts))));
self.addEventListener("activate", (e) => e.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (e) => {
  const url = new URL(e.request.url);
  if (e.request.method !== "GET" || url.origin !== location.origin || (url.pathname !== page && !url.pathname.startsWith("/static/"))) return;
  e.respondWith(caches.open(kept).then((c) => c.match(e.request, { ignoreSearch: url.pathname === page })).then((hit) => hit || fetch(e.request)));
});
