// States of the page in which everything has to be right for everybody: lessons, failures, panels, themes, widths.
// They are brought about from within the page, so that every browser that runs scripts can be driven the same way.

const lessons = ['visit', 'dns', 'balance', 'active', 'web-app', 'files', 'replica', 'spof', 'failover', 'security', 'monitoring', 'scale'];
const failures = ['web-01/nginx', 'web-01/app', 'web-01/mysqld', 'web-02', 'lb-01/haproxy', 'resolver/resolver'];
const parts = ['client/browser', 'resolver/resolver', 'ns1/nsd', 'lb-01/haproxy', 'web-01/nginx', 'web-01/app', 'web-01/mysqld',
  'web-02/mysqld', 'web-02'];
const theme = (at) => (at % 2 === 0 ? 'light' : 'dark');

/** Does what a person would do, one thing after the other, in the page itself. */
async function act(steps) {
  const sleep = (ms) => new Promise((done) => { setTimeout(done, ms); });
  const find = async (selector) => {
    for (let tries = 0; tries < 100; tries += 1) {
      const element = document.querySelector(selector);
      if (element) return element;
      await sleep(50);
    }
    throw new Error(`there is no ${selector}`);
  };
  for (const [verb, what, value] of steps) {
    if (verb === 'wait') {
      await sleep(what);
    } else if (verb === 'click' || verb === 'try') {
      const element = verb === 'try' ? document.querySelector(what) : await find(what);
      element?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
    } else {
      const field = await find(what);
      const set = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value').set;
      set.call(field, value);
      for (const event of ['input', 'change']) field.dispatchEvent(new Event(event, { bubbles: true }));
    }
    await sleep(60);
  }
}

const flip = (part) => ['click', `svg [data-testid=switch][data-part="${part}"]`];
const inspect = (part) => ['click', `svg [role=button][data-part="${part}"]`];
const tab = (name) => ['click', `[data-testid=tab-${name}]`];
const load = (rate) => ['fill', '[data-testid=rate]', rate];
const speed = (name) => ['fill', '[data-testid=speed]', name];
const later = ['wait', 500];

const pasted = `defaults
  mode http
  stats enable
frontend www
  bind :80
  default_backend app
frontend other
  bind :81
  default_backend app
backend app
  option httpchk GET /up
  server web-01 10.0.0.1:80 check
`;

/** States that name no tab or lesson which may be missing: what they are called, the address, the size, what is done. */
const fixed = [
  ['at rest', '', [], {}],
  ['a visit hop by hop', '', [['click', '[data-testid=follow]'], ['click', '[data-testid=send-read]'], later], {}],
  ['running ahead', '?theme=dark', [load(1000), ['click', '[data-testid=ahead-60]']], {}],
  ['in a past that was changed', '', [load(50), flip('web-01/app'), later, later, ['click', '[data-testid=earlier]'], later, flip('web-02/app'), later], {}],
  ['an address that cannot be read', '?theme=pink&preset=none', [], {}],
  ['two balancers', '?preset=scaled&theme=dark', [load(50), flip('lb-01'), later], {}],
  ['blind, with complaints', '', [speed('100'), load(50), tab('metrics'), flip('web-01/app'), ['wait', 5_000]], {}],
  ['alerts fire', '?theme=dark', [speed('100'), load(50), tab('metrics'), ['click', '[data-testid=install-monitoring]'], flip('web-01'), ['wait', 2_500]], {}],
  ['alerts fire on a phone', '', [['click', '[data-testid=sheet-tabs]'], speed('100'), load(50), tab('metrics'), ['click', '[data-testid=install-monitoring]'], flip('web-01'), ['wait', 2_500]], { width: 390, height: 844 }],
  ['scraped numbers as a table', '', [speed('100'), load(50), tab('metrics'), ['click', '[data-testid=install-monitoring]'], ['wait', 1_500], ['click', '[data-testid=metrics-as-table]']], {}],
  ['one server', '?preset=one-server', [load(50), flip('web-01/app'), later], {}],
  ['large', '?large&preset=scaled', [inspect('web-01/nginx')], {}],
  ['large with a lesson and a tab', '?large&lesson=failover&theme=dark', [tab('requests')], {}],
  ['in a frame', '?embed', [load(50), later], { width: 800, height: 500 }],
  ['in a small frame', '?embed&theme=dark', [], { width: 320, height: 480 }],
  ['a lesson in a frame', '?embed&lesson=visit', [], { width: 800, height: 500 }],
  ['at 400 % zoom', '', [], { width: 320, height: 256 }],
  ['a phone', '?theme=dark', [load(50), flip('web-01/app'), later], { width: 390, height: 844 }],
  ['security on a phone', '?preset=secured', [['click', '[data-testid=sheet-tabs]'], tab('security'), later], { width: 390, height: 844 }],
  ['an haproxy.cfg that was read', '', [tab('config'), ['fill', '[data-testid=paste]', pasted], ['click', '[data-testid=read-file]'], ['click', '.config summary']], {}],
  ['an haproxy.cfg on a phone', '?theme=dark', [['click', '[data-testid=sheet-tabs]'], tab('config'), ['fill', '[data-testid=paste]', pasted], ['click', '[data-testid=read-file]'], ['click', '[data-testid=show-file]'], inspect('lb-01/haproxy'), ['fill', '[data-testid="set-lb.balance"]', 'leastconn'], later], { width: 390, height: 844 }],
  ['a phone with visits', '', [['click', '[data-testid=sheet-traffic]']], { width: 390, height: 844 }],
  ['a phone with a part', '?theme=dark', [inspect('web-01/nginx')], { width: 390, height: 844 }],
  ['a phone with details', '', [load(50), later, ['click', '[data-testid=sheet-tabs]']], { width: 390, height: 844 }],
];

const inLesson = (lesson, at) => [`lesson ${lesson}`, `?lesson=${lesson}&step=${1 + (at % 2)}&theme=${theme(at)}`,
  [['try', '[data-testid=lesson-do]'], later, ['try', '[data-testid=lesson-hint]'], ['try', '[data-testid=lesson-solution]']], {}];

const inTab = (name, at) => [`tab ${name}, ${failures[at % failures.length]} broken`, `?theme=${theme(at)}`,
  [speed('5'), load(50), later, flip(failures[at % failures.length]), ['click', '[data-testid=send-write]'], later, tab(name), later], {}];

const ofPart = (part, at) => [`part ${part}, ${failures[(at + 1) % failures.length]} broken`, `?theme=${theme(at)}`,
  [speed('5'), load(50), later, flip(failures[(at + 1) % failures.length]), later, inspect(part), later], {}];

/** All states, given the tabs that there are. */
export const states = (tabs) => [
  ...fixed, ...lessons.map(inLesson), ...tabs.map(inTab), ...parts.map(ofPart),
].map(([name, path, steps, size]) => ({ name, path, steps, width: 1440, height: 900, ...size }));

/** Brings a page of Playwright or Puppeteer, which is open already, into a state. */
export const enter = (page, state) => page.evaluate(act, state.steps);
