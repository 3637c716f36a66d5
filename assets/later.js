
// The later part of the page: what a first visit does not run (`xtask/src/split.rs`). The build appends this to the script that
// wasm-bindgen writes, whose `wasm` are the exports of the first part, and puts in the file's name and its digest.

const LATER = { url: new URL('LATER_FILE', import.meta.url), integrity: 'LATER_INTEGRITY' };
const SIGNS_OF_USE = ['pointermove', 'pointerdown', 'touchstart', 'keydown'];
let laterModule;
let isLaterHere = false;

/** Instantiates the later part, which puts its functions into the table of the first. */
function startLater() {
    if (isLaterHere) return;
    new WebAssembly.Instance(laterModule, { first: wasm });
    isLaterHere = true;
}

/** Downloads the later part when somebody begins to use the page, so that it is there when it is needed. */
async function fetchLater() {
    for (const sign of SIGNS_OF_USE) removeEventListener(sign, fetchLater, true);
    if (isLaterHere) return;
    try {
        const response = await fetch(LATER.url, { integrity: LATER.integrity });
        if (!response.ok) return;
        laterModule = await WebAssembly.compile(await response.arrayBuffer());
        if (wasm) startLater();
    } catch {
        // Whoever needs it will ask again, and tell.
    }
}

/** Called by the first part whenever it calls the later one the long way. A caller in WebAssembly cannot wait, so this does. */
function needLater() {
    if (isLaterHere) return;
    try {
        laterModule ??= new WebAssembly.Module(downloadedNow(LATER.url));
        startLater();
    } catch (problem) {
        document.getElementById('crash-reason').textContent = `A part of the page could not be loaded. ${problem.message}`;
        document.getElementById('app').hidden = true;
        document.getElementById('crash').hidden = false;
        throw problem;
    }
}

function downloadedNow(url) {
    const request = new XMLHttpRequest();
    request.open('GET', url, false);
    // A request that is waited for can only give text: here each character is a byte.
    request.overrideMimeType('text/plain; charset=x-user-defined');
    request.send();
    if (request.status !== 200) throw new Error(`${url.pathname}: status ${request.status}`);
    return Uint8Array.from(request.responseText, (character) => character.charCodeAt(0) & 0xff);
}

for (const sign of SIGNS_OF_USE) addEventListener(sign, fetchLater, { capture: true, passive: true });
// A page that opens at a lesson needs it at once: here it can be waited for without holding the browser up.
if (/[?&#]lesson=/.test(location.search + location.hash)) await fetchLater();
