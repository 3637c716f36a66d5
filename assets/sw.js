// The service worker: with it the site works without a network after the first visit, and never as a mix of two versions.
//
// It keeps a whole version or none: a file that fails to come, or comes with another digest, ends the installation, and what was kept
// before stays in use. Every file that a page loads has a digest of its content in its name, so a new version can take over at once: whoever
// loads the page anew gets all of it, and a page that is open goes on with the files that it names, which stay here for as long.
//
// The build puts in the version and the files with their digests (`xtask/src/offline.rs`).

const VERSION = 'VERSION_DIGEST';
const FILES = 'FILES_AND_DIGESTS';

/** What begins the names of our caches. Other sites of the same origin, above or below this one, have others. */
const OURS = `hopscope ${registration.scope} `;
const CACHE = OURS + VERSION;
const PAGE = 'index.html';
const NAMED_BY_CONTENT = /^[^/]+-[0-9a-f]{16}[._][^/]*$/;
/** Old versions that are kept at most, for pages that stay open over so many new ones. */
const MOST_OLD = 3;

addEventListener('install', (event) => event.waitUntil(keepThisVersion()));
addEventListener('activate', (event) => event.waitUntil(takeOver()));

async function keepThisVersion() {
    // All of it is here before any of it is written.
    const files = await Promise.all(Object.entries(FILES).map(download));
    const cache = await caches.open(CACHE);
    await Promise.all(files.map(([name, file]) => cache.put(name, file)));
    await skipWaiting();
}

async function download([name, integrity]) {
    // What the page has just loaded need not come again, unless the browser remembers another version of it.
    const response = await fetch(name, { integrity }).catch(() => fetch(name, { integrity, cache: 'reload' }));
    if (!response.ok) throw new Error(`${name}: status ${response.status}`);
    // A new response, since a page must not come from one that was redirected; and a cache takes none that varies with everything.
    const headers = new Headers(response.headers);
    headers.delete('Vary');
    return [name, new Response(await response.arrayBuffer(), { headers })];
}

async function takeOver() {
    await forgetOld(MOST_OLD);
    // The first visit, too, is served from here from now on.
    await clients.claim();
}

addEventListener('fetch', (event) => {
    const { method, mode, url } = event.request;
    if (method !== 'GET' || !url.startsWith(registration.scope)) return;
    const name = new URL(url).pathname.slice(new URL(registration.scope).pathname.length) || PAGE;
    const isOpened = mode === 'navigate';
    // Whatever is asked for with the page (`?lesson=dns`), it is the same page.
    if (name in FILES || (!isOpened && NAMED_BY_CONTENT.test(name))) event.respondWith(answer(name, event.request));
    if (isOpened) event.waitUntil(forgetUnused());
});

/** The file of this version, or the file of an older version that is asked for by its content, or else what the network says. */
async function answer(name, request) {
    const places = name in FILES ? [CACHE] : await oldCaches();
    for (const cacheName of places) {
        const kept = await caches.match(name, { cacheName });
        if (kept) return kept;
    }
    return fetch(request);
}

/** The caches of other versions of this site, the oldest first. */
async function oldCaches() {
    return (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== CACHE);
}

/** When nobody has the site open, nobody needs an old version; but what is being installed is not old. */
async function forgetUnused() {
    const isOpen = (await clients.matchAll({ includeUncontrolled: true })).length > 0;
    if (!isOpen && !registration.installing) await forgetOld(0);
}

async function forgetOld(most) {
    const old = await oldCaches();
    await Promise.all(old.slice(0, Math.max(0, old.length - most)).map((name) => caches.delete(name)));
}
