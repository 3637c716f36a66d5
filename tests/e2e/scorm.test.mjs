// The package for learning management systems, played by scorm-again, which judges every value by SCORM 1.2.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { openInFirefox } from './firefox.mjs';
import { serve } from './static.mjs';
import { launch, tellOfViolations } from './support.mjs';
import { unzipped } from './zip.mjs';

const zip = unzipped(await readFile(new URL('../../bundle/scorm12.zip', import.meta.url)));
const scormAgain = await readFile(createRequire(import.meta.url).resolve('scorm-again/scorm12'));

/** A system that frames a unit twice, as many do, and keeps what it is told. */
const player = `<!doctype html><title>Course</title><link rel="icon" href="data:,"><script src="scorm12.js"></script><script>
  const start = (saved, query) => {
    window.API = new Scorm12API({ lmsCommitUrl: 'commit', logLevel: 4 });
    if (saved) API.loadFromJSON(saved);
    const middle = document.body.appendChild(document.createElement('iframe'));
    middle.width = 1400;
    middle.height = 880;
    middle.contentDocument.body.innerHTML = '<iframe width="1380" height="860" src="unit/index.html' + query + '"></iframe>';
  };
</script><body>`;

const files = new Map([...zip].map(([name, content]) => [`unit/${name}`, content]));
files.set('lms.html', Buffer.from(player)).set('scorm12.js', scormAgain);

async function course(t) {
  const commits = [];
  const server = await serve(t, { prefix: '/lms/', files, post: (body) => commits.push(JSON.parse(body)) });
  const browser = await launch();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addInitScript(tellOfViolations);
  const complaints = [];
  t.after(async () => {
    const seen = [...complaints];
    await browser.close();
    assert.deepEqual(seen, [], 'the page or the system complained');
  });
  const open = async (path) => {
    const page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(`${error.stack ?? error}`));
    await page.goto(server.address + path);
    return page;
  };
  /** A learner comes to the unit, with what the system knows of them. */
  const attend = async (saved, query = '') => {
    const page = await open('lms.html');
    await page.evaluate(([cmi, rest]) => start(cmi, rest), [saved, query]);
    const unit = page.frameLocator('iframe').frameLocator('iframe');
    await unit.getByTestId('send-read').waitFor({ timeout: 30_000 });
    return { page, unit, told: () => page.evaluate(() => JSON.parse(JSON.stringify(API.cmi))) };
  };
  /** The learner goes; what the system has kept then. */
  const leave = async ({ page }) => {
    await page.goto('about:blank');
    await page.close();
    return commits.at(-1).cmi;
  };
  return { open, attend, leave, commits };
}

/** Goes through the lesson that is open, to its end. */
async function learn(unit) {
  const has = (name) => unit.getByTestId(`lesson-${name}`).count();
  for (;;) {
    if (await has('do')) await unit.getByTestId('lesson-do').click();
    else if (await has('both')) await unit.getByTestId('lesson-both').click();
    else if (await has('begin')) {
      await unit.getByTestId('lesson-begin').click();
      await unit.getByTestId('lesson-hint').click();
      await unit.getByTestId('lesson-solve').click();
      await unit.locator('.lesson__settled').waitFor({ timeout: 60_000 });
    } else {
      await unit.locator('.lesson__answer').first().click();
      await unit.getByTestId('lesson-run').click();
      await unit.locator('.lesson__settled').waitFor({ timeout: 60_000 });
    }
    const next = unit.getByTestId('lesson-next');
    if ((await next.count()) === 0 || (await next.innerText()) !== 'Next') return;
    await next.click();
  }
}

test('the manifest is as SCORM 1.2 wants it, and names what is there', async (t) => {
  const { open } = await course(t);
  const page = await open('lms.html');
  const manifest = await page.evaluate((xml) => {
    const { documentElement: root } = new DOMParser().parseFromString(xml, 'text/xml');
    const all = (name) => [...root.getElementsByTagName(name)];
    const [imscp, adlcp] = ['http://www.imsproject.org/xsd/imscp_rootv1p1p2', 'http://www.adlnet.org/xsd/adlcp_rootv1p2'];
    const [resource] = all('resource');
    return {
      inOrder: [...root.children].map(({ localName }) => localName),
      spaces: [...new Set(all('*').map(({ namespaceURI }) => namespaceURI))].map((space) => space === imscp),
      schema: `${all('schema')[0].textContent} ${all('schemaversion')[0].textContent}`,
      leads: [all('organizations')[0].getAttribute('default') === all('organization')[0].id || all('organization')[0].getAttribute('identifier') === all('organizations')[0].getAttribute('default'),
        all('item')[0].getAttribute('identifierref') === resource.getAttribute('identifier')],
      type: `${resource.getAttribute('type')} ${resource.getAttributeNS(adlcp, 'scormtype')} ${resource.getAttribute('href')}`,
      files: all('file').map((file) => file.getAttribute('href')),
    };
  }, `${zip.get('imsmanifest.xml')}`);
  const names = [...zip.keys()].filter((name) => name !== 'imsmanifest.xml');
  assert.deepEqual(manifest, {
    inOrder: ['metadata', 'organizations', 'resources'],
    spaces: [true],
    schema: 'ADL SCORM 1.2',
    leads: [true, true],
    type: 'webcontent sco index.html',
    files: names,
  });
  assert.ok(names.includes('index.html') && names.includes('scorm.js') && !names.includes('sw.js'), `${names}`);
});

test('a lesson is counted, and a learner goes on where they were', async (t) => {
  const { attend, leave } = await course(t);
  const first = await attend(null, '?speed=100');
  assert.deepEqual((({ lesson_status, score }) => [lesson_status, score.raw])((await first.told()).core), ['incomplete', '0']);
  await first.unit.getByTestId('lesson-next-lesson').click();
  await learn(first.unit);
  const after = await first.told();
  const steps = [...after.suspend_data.matchAll(/(?<!at)=\d+\/(\d+) /g)].reduce((sum, [, count]) => sum + Number(count), 0);
  assert.match(after.suspend_data, /^visit=15\/4 dns=0\/\d+ .* at=visit\/4 $/);
  assert.equal(after.core.score.raw, `${Math.floor(400 / steps)}`);
  assert.equal(after.core.lesson_status, 'incomplete');
  const objectives = Object.values(after.objectives.childArray ?? after.objectives);
  assert.deepEqual([objectives[0].id, objectives[0].status, objectives[0].score.raw], ['visit', 'completed', '100']);
  assert.deepEqual([objectives[1].id, objectives[1].status, objectives[1].score.raw], ['dns', 'not attempted', '0']);
  await first.unit.getByTestId('lesson-next').click();
  await first.unit.getByTestId('lesson-do').click();
  await first.unit.getByTestId('lesson-next').click();
  const kept = await leave(first);
  assert.match(kept.core.session_time, /^(00)?00:00:\d\d$/);
  assert.ok(Number(kept.core.session_time.slice(-2)) > 0);
  assert.deepEqual([kept.core.exit, kept.core.lesson_location], ['suspend', 'lesson=dns&step=2']);

  const again = await attend(kept);
  await again.unit.locator('.lesson h2').waitFor();
  assert.match(await again.unit.locator('.lesson > p').first().innerText(), /2/);
  assert.match((await again.told()).suspend_data, /^visit=15\/4 dns=1\/\d+ .* at=dns\/2 $/);
  await leave(again);

  const other = await attend(null);
  assert.match((await other.told()).suspend_data, /^visit=0\/4 dns=0\/\d+ /, 'what one learner did is not told of another');
});

test('all lessons make 100, and completed stays completed', async (t) => {
  const { attend, leave } = await course(t);
  const first = await attend(null);
  const suspended = await leave(first);
  suspended.suspend_data = suspended.suspend_data.replace(/0\/(\d+)/g, (_, count) => `${2 ** count - 1}/${count}`);
  const done = await attend(suspended);
  const { core } = await done.told();
  assert.deepEqual([core.lesson_status, core.score.raw, core.score.min, core.score.max], ['completed', '100', '0', '100']);
  const kept = await leave(done);
  kept.suspend_data = '';
  assert.equal((await (await attend(kept)).told()).core.lesson_status, 'completed');
});

test('only the lessons that the manifest names count, and the first of them is open', async (t) => {
  const { attend } = await course(t);
  const saved = { launch_data: 'dns balance', suspend_data: 'visit=1/4 dns=15/4 balance=1/5 at=balance/2 ' };
  const { unit, told } = await attend(saved);
  const { core, objectives } = await told();
  assert.deepEqual([core.lesson_status, core.score.raw], ['incomplete', '55']);
  assert.equal(Object.values(objectives.childArray ?? objectives).map(({ id }) => id).join(), 'dns,balance');
  assert.match(await unit.locator('.lesson > p').first().innerText(), /1/);
});

test('the system may have opened a window for the unit', async (t) => {
  const { open } = await course(t);
  const page = await open('lms.html');
  const [unit] = await Promise.all([page.waitForEvent('popup'), page.evaluate(() => {
    window.API = new Scorm12API({ lmsCommitUrl: 'commit', logLevel: 4 });
    window.open('unit/index.html?lesson=dns');
  })]);
  await unit.getByTestId('lesson-next').or(unit.getByTestId('lesson-do')).first().waitFor();
  await page.waitForFunction(() => API.cmi.core.lesson_location === 'lesson=dns&step=1');
  await unit.close();
  await page.waitForFunction(() => API.isTerminated());
});

test('without a system, or with one that fails, the page keeps the progress itself', async (t) => {
  const { open } = await course(t);
  for (const failing of [false, true]) {
    const page = await open('lms.html');
    if (failing) {
      await page.context().addInitScript(() => {
        const fail = () => { throw new Error('the system is down'); };
        window.API = { LMSInitialize: () => 'true', LMSGetValue: fail, LMSSetValue: fail, LMSCommit: fail, LMSFinish: fail };
      });
    }
    const unit = new URL('unit/index.html?lesson=visit&step=1', page.url()).href;
    await page.goto(unit);
    await page.getByTestId('lesson-do').click();
    await page.getByTestId('lesson-next').click();
    const kept = await page.evaluate(() => localStorage.getItem('hopscope.lessons'));
    assert.match(kept, /^visit=1\/4 .* at=visit\/2 $/, failing ? 'failing' : 'none');
  }
});

test('in Firefox, too, a step is counted', async (t) => {
  const server = await serve(t, { prefix: '/lms/', files, post: () => {} });
  const page = await openInFirefox(t);
  await page.goto(`${server.address}lms.html`);
  await page.evaluate(() => start(null, '?lesson=visit'));
  const inUnit = (does) => page.waitForFunction(
    (selector) => {
      const next = frames[0]?.frames[0]?.document.querySelector(selector);
      next?.click();
      return Boolean(next);
    },
    { timeout: 60_000 }, does,
  );
  await inUnit('[data-testid=lesson-next]');
  await page.waitForFunction(() => /visit=1\//.test(API.cmi.suspend_data), { timeout: 30_000 });
  assert.equal(await page.evaluate(() => API.cmi.core.lesson_status), 'incomplete');
});
