
// What keeps a program that has stopped from being called. The build appends this to the script that wasm-bindgen writes.

/** Why the program has stopped, in a word of `assets/crash.js`: a mistake, unless the later part could not be loaded. */
let failure = 'panic';

/**
 * The exports of the program as the rest of this script calls them. What is thrown in there ends the program: its memory is in the middle
 * of something, so nobody calls it again.
 */
function guarded(exports) {
    const guard = { ...exports };
    for (const name of Object.keys(exports).filter((name) => /invoke|_start$|^main$/.test(name))) {
        guard[name] = (...values) => {
            try {
                return exports[name](...values);
            } catch (problem) {
                stop(problem);
                return [];
            }
        };
    }
    return guard;
}

function stop(problem) {
    const links = {};
    try {
        // The second one takes away what both are made of.
        const page = location.pathname + (/[?&]embed\b/.test(location.search) ? '?embed' : '');
        for (const [id, link] of Object.entries({ 'crash-before': link_before, 'crash-again': link_again })) {
            const state = canGrow() && link();
            if (state) links[id] = `${page}#s=${state}`;
        }
    } catch {
        // It is too broken even for that.
    }
    for (const name in wasm) if (typeof wasm[name] === 'function') wasm[name] = () => [];
    console.error(problem);
    hopscope.stopped(canGrow() ? failure : 'memory', String(problem), links);
}

/** Whether there is memory left: a program that asks in vain for some stops without a word. */
function canGrow() {
    try {
        return wasm.memory.grow(1) > 0;
    } catch {
        return false;
    }
}
