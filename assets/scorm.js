// The explorer as a unit of a course in a learning management system, by SCORM 1.2 (ADL, "The SCORM Run-Time Environment", 2001). Only the
// package has this script (`cargo xtask bundle`); it runs before the page starts.
//
// The page keeps the progress of its lessons in `localStorage`. Here it gets a `localStorage` that keeps this one value with the system, so that
// each learner has their own, wherever they go on. Where no system is found, the page keeps it as it does everywhere.

(() => {
    const KEPT = 'hopscope.lessons';
    /** How far away the interface is looked for, in frames: more than any system nests, and an end for those that go in circles. */
    const MOST_FRAMES = 20;

    /** The object `API` of a frame around this one, or of the window that opened it and the frames around that. */
    function findApi() {
        for (const begin of [() => window, () => opener, () => top.opener]) {
            try {
                let frame = begin();
                for (let count = 0; frame && count < MOST_FRAMES; count += 1) {
                    const found = apiOf(frame);
                    if (found) return found;
                    // The outermost frame is its own parent.
                    frame = frame === frame.parent ? null : frame.parent;
                }
            } catch {
                // A window that is no longer there, or that tells us nothing.
            }
        }
        return null;
    }

    function apiOf(frame) {
        try {
            return frame.API?.LMSInitialize ? frame.API : null;
        } catch {
            // A frame of another origin: the interface cannot be there, but perhaps further out.
            return null;
        }
    }

    const api = findApi();
    /** What a function of the interface answers: the text 'true' or 'false', or a value. A system that fails must not stop the page. */
    const call = (name, ...values) => {
        try {
            return String(api[name](...values) ?? '');
        } catch {
            return '';
        }
    };
    if (!api || call('LMSInitialize', '') !== 'true') return;

    const started = performance.now();
    const told = {};
    /** Sets a value that is another one than before. */
    const set = (element, value) => {
        if (told[element] !== value) call('LMSSetValue', element, (told[element] = value));
    };

    /** The lessons that count, where the manifest names some. */
    const chosen = call('LMSGetValue', 'cmi.launch_data').match(/[\w-]+/g) ?? [];
    const counts = (name) => chosen.length === 0 || chosen.includes(name);
    let progress = call('LMSGetValue', 'cmi.suspend_data');
    const isPassed = ['passed', 'completed'].includes(call('LMSGetValue', 'cmi.core.lesson_status'));
    set('cmi.core.score.min', '0');
    set('cmi.core.score.max', '100');
    // Without this a system may forget how far the learner is.
    set('cmi.core.exit', 'suspend');
    goOn(call('LMSGetValue', 'cmi.core.lesson_location') || (chosen.length > 0 ? `lesson=${chosen[0]}&step=1` : ''));
    report();

    /** Has the page open the step at which the learner was, or the first that counts, unless the address names another. */
    function goOn(place) {
        const isAsked = /[?&#](lesson|s|scenario)=/.test(location.search + location.hash);
        if (isAsked || !/^lesson=[\w-]+&step=\d+$/.test(place)) return;
        history.replaceState(null, '', `${location.search ? `${location.search}&` : '?'}${place}${location.hash}`);
    }

    /** Tells the system how far the lessons are. The page writes `visit=3/4 dns=0/5 at=visit/3 `: of each lesson the steps that are done, a bit
        for each, and how many there are; and the step that is open. */
    function report() {
        let [done, all, place] = [0, 0, ''];
        const lessons = [];
        for (const [, name, value, count] of progress.matchAll(/([\w-]+)=([\w-]+)\/(\d+)/g)) {
            if (name === 'at') {
                place = `lesson=${value}&step=${count}`;
                continue;
            }
            const here = [...Number(value).toString(2)].filter((bit) => bit === '1').length;
            if (!counts(name)) continue;
            lessons.push({ name, here, count: Number(count) });
            done += here;
            all += Number(count);
        }
        set('cmi.suspend_data', progress);
        set('cmi.core.lesson_location', place);
        set('cmi.core.score.raw', String(all && Math.floor(100 * done / all)));
        if (!isPassed) set('cmi.core.lesson_status', all > 0 && done === all ? 'completed' : 'incomplete');
        lessons.forEach(({ name, here, count }, index) => {
            const objective = `cmi.objectives.${index}`;
            set(`${objective}.id`, name);
            set(`${objective}.score.raw`, String(Math.floor(100 * here / count)));
            set(`${objective}.status`, here === count ? 'completed' : here ? 'incomplete' : 'not attempted');
        });
        call('LMSCommit', '');
    }

    const own = (() => {
        try {
            return window.localStorage;
        } catch {
            return null;
        }
    })();
    Object.defineProperty(window, 'localStorage', {
        value: {
            getItem: (key) => (key === KEPT ? progress : own?.getItem(key) ?? null),
            removeItem: (key) => own?.removeItem(key),
            setItem(key, value) {
                if (key !== KEPT) return own?.setItem(key, value);
                progress = value;
                return report();
            },
        },
    });

    addEventListener('pagehide', () => {
        const seconds = (performance.now() - started) / 1000;
        const two = (number) => String(Math.floor(number)).padStart(2, '0');
        set('cmi.core.session_time', `${two(seconds / 3600).padStart(4, '0')}:${two(seconds / 60 % 60)}:${two(seconds % 60)}`);
        // This commits, too. Everything but the time has been committed when it changed.
        call('LMSFinish', '');
    }, { once: true });
    // A page that comes back as it was has said goodbye to the system already.
    addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
})();
