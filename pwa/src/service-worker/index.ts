/**
 * Keeps the shell of the app on the device: every file the build made, with SQLite, its worker and the fonts. The app opens
 * from here whether there is network or not; data never passes through, the sync session has its own way.
 */
import { version } from "$app/env";
import { self } from "$app/service-worker";
import { listenForReminders } from "./reminders.ts";

const CACHE = `shell-${version}`;
const PAGE = "/index.html";
/** The server's own ways: never answered from here. */
const SERVER = /^\/(api|sync|live|portal|files|feeds|docs|schema)(\/|$)/;
async function install(): Promise<void> {
  // Written by vite/external-start.ts after the build: every file of it, the page first of all.
  const answer = await fetch("/shell.json", { cache: "reload" });
  if (!answer.ok) throw new Error(`the list of files answered ${answer.status}`);
  const files = (await answer.json()) as string[];
  const cache = await caches.open(CACHE);
  // A name with a hash in it never changes its content; everything else is asked for anew.
  const fresh = (path: string): RequestCache => (path.includes("/immutable/") ? "default" : "reload");
  await cache.addAll(files.map((path) => new Request(path, { cache: fresh(path) })));
}

async function clean(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith("shell-") && name !== CACHE) await caches.delete(name);
  await self.clients.claim();
}

async function answer(request: Request, path: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(path);
  if (kept !== undefined) return kept;
  return fetch(request);
}

// A new version waits until the user accepts it: no half-written visit is ever reloaded away.
self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(clean()));

self.addEventListener("message", (event) => {
  if (event.data === "skip-waiting") void self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const isScreen = request.mode === "navigate" && url.pathname === "/sync"; // Posting to it is the protocol's round trip.
  if (SERVER.test(url.pathname) && !isScreen) return;
  // Every address of the app is the same page; a file that is not in the shell is the server's.
  const isPage = request.mode === "navigate" && !/\.\w+$/.test(url.pathname);
  event.respondWith(answer(request, isPage ? PAGE : url.pathname));
});

listenForReminders(self);
