
// The start of the page in one file, which contains what the site loads: both parts of the program, compressed, as text. The build puts this
// in place of `start.js` and `later.js`.

async function contained(id) {
    const text = document.getElementById(id).textContent;
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const whole = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return WebAssembly.compile(await new Response(whole).arrayBuffer());
}

let laterModule;
let isLaterHere = false;

/** Called by the first part whenever it calls the later one the long way. */
function needLater() {
    if (isLaterHere) return;
    isLaterHere = true;
    // It puts its functions into the table of the first.
    new WebAssembly.Instance(laterModule, { first: wasm });
}

try {
    const [first, later] = await Promise.all(['first-part', 'later-part'].map(contained));
    laterModule = later;
    await __wbg_init({ module_or_path: first });
    dispatchEvent(new CustomEvent('TrunkApplicationStarted', { detail: { wasm } }));
} catch (problem) {
    console.error(problem);
    hopscope.notStarted(String(problem));
}
