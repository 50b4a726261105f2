// Keeps the shell of the phone, named by what is in it, and sends what waits when the system says there is a network.
import { openStore } from "{% static 'phone/store.js' %}";
import { sendAll } from "{% static 'phone/sender.js' %}";

const VERSION = "shell-{{ version }}";
const SHELL = "{{ shell }}";
const FILES = [SHELL{% for file in files %}, "{{ file }}"{% endfor %}];
const TILES = "tiles";
const PHOTOS = "photos";
const TILES_AT_MOST = 600;

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(caches.open(VERSION).then((cache) => cache.addAll(FILES)));
});

async function removeOld() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("shell-") && name !== VERSION).map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener("activate", (event) => event.waitUntil(removeOld()));

const kept = (name, request) => caches.open(name).then((cache) => cache.match(request, { ignoreVary: true }));

/** The shell and hashed files: from the phone; what is fetched once stays. */
async function fromPhone(request) {
  const found = await kept(VERSION, request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) (await caches.open(VERSION)).put(request, answer.clone());
  return answer;
}

async function page(request) {
  return (await kept(VERSION, SHELL)) ?? fetch(request);
}

/** Map and photos: from the network, else as they were seen last. */
async function fromNetwork(name, request) {
  try {
    const answer = await fetch(request);
    if (answer.status === 200) await keep(name, request, answer.clone());
    return answer;
  } catch (error) {
    const found = await kept(name, request);
    if (found) return found;
    throw error;
  }
}

async function keep(name, request, answer) {
  const cache = await caches.open(name);
  await cache.put(request, answer);
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - TILES_AT_MOST)).map((key) => cache.delete(key)));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && pathname === SHELL) event.respondWith(page(request));
  else if (pathname.startsWith("/static/")) event.respondWith(fromPhone(request));
  else if (pathname.startsWith("/tiles/") || pathname === "/ui/horizon") event.respondWith(fromNetwork(TILES, request));
  else if (pathname.startsWith("/files/") && pathname.endsWith("/small")) event.respondWith(fromNetwork(PHOTOS, request));
});

self.addEventListener("sync", (event) => event.waitUntil(openStore().then((store) => sendAll(store, { forced: true }))));
