/** The page in a real browser: from file://, without a network, at three widths, with keys. */

import assert from 'node:assert/strict';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { renderReport } from './report.ts';
import { hostileRecord } from './testing/odd-records.ts';
import { SAMPLES } from './testing/sample-files.ts';
import { vastRecord } from './testing/vast-record.ts';

const PLACES = [
  process.env['FIREDRILL_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const executablePath = PLACES.find((path): path is string => path !== undefined && isExecutable(path));
const reason = 'no Chromium found: install one, or name it in FIREDRILL_CHROMIUM';
if (executablePath === undefined && process.env['FIREDRILL_REQUIRE_ALL'] === '1') throw new Error(reason);
if (executablePath === undefined) console.log(`skipped: ${reason}`);

type Box = { x: number; y: number; width: number; height: number };

/** True when two boxes share no point; rows of text may touch by their line height. */
function areApart(a: Box, b: Box): boolean {
  const beside = a.x + a.width <= b.x || b.x + b.width <= a.x;
  return beside || a.y + a.height <= b.y + 2 || b.y + b.height <= a.y + 2;
}

const sample = new URL('sample.html', SAMPLES).href;

type Label = { text: string; box: Box };

/** Runs in the page: the tick labels that can be seen, one list an axis. */
const TICK_LABELS = `[...document.querySelectorAll('svg')].map((axis) =>
  [...axis.children].filter((one) => one.matches('text.tick') && one.checkVisibility()).map((one) => {
    const { x, y, width, height } = one.getBoundingClientRect();
    return { text: one.textContent, box: { x, y, width, height } };
  })).filter((axis) => axis.length > 0)`;

/** True when two labels of one axis can be told apart: at least three pixels between words in one row. */
function areLegible({ box: a }: Label, { box: b }: Label): boolean {
  return areApart({ ...a, x: a.x - 1.5, width: a.width + 3 }, { ...b, x: b.x - 1.5, width: b.width + 3 });
}

describe('the report in Chromium', { skip: executablePath === undefined ? reason : false }, () => {
  let browser: Browser;
  let folder: string;

  before(async () => {
    browser = await chromium.launch({
      ...(executablePath === undefined ? {} : { executablePath }),
      args: FLAGS,
    });
    folder = mkdtempSync(join(tmpdir(), 'firedrill-report-'));
  });

  after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  /** Opens a page with every request but its own file refused and counted, and collects what the console says. */
  async function open(
    address: string,
    width: number,
    colorScheme: 'light' | 'dark' = 'light',
  ): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`));
    await page.route('**/*', async (route) => {
      if (route.request().url() === address) return route.continue();
      complaints.push(`asked for ${route.request().url()}`);
      return route.abort();
    });
    await page.goto(address);
    return { page, complaints };
  }

  for (const width of [1_240, 800, 400]) {
    test(`fits ${width} px without complaint, its verdict in sight`, async () => {
      const { page, complaints } = await open(sample, width);
      const widths = await page.evaluate('[document.documentElement.scrollWidth, innerWidth]');
      assert.deepEqual(widths, [width, width]);
      assert.ok(await page.locator('#verdict .word', { hasText: '✕ FAIL' }).isVisible());
      const box = await page.locator('#verdict').boundingBox();
      assert.ok(box && box.y + box.height < 900, 'the verdict is below the fold');
      assert.deepEqual(complaints, []);
      await page.close();
    });

    test(`writes fault names apart from each other at ${width} px`, async () => {
      const { page } = await open(sample, width);
      const boxes: (Box | null)[] = [];
      for (const name of await page.locator('.fault-name:visible').all())
        boxes.push(await name.boundingBox());
      assert.equal(boxes.length, 4);
      for (const [index, a] of boxes.entries()) {
        assert.ok(a && a.x >= 0 && a.x + a.width <= width, `name ${index} is cut off`);
        for (const b of boxes.slice(index + 1)) {
          assert.ok(b && areApart(a, b), `names overlap: ${JSON.stringify([a, b])}`);
        }
      }
      await page.close();
    });
  }

  for (const width of [1_240, 1_160, 900, 800, 400]) {
    test(`keeps the tick labels of every axis apart at ${width} px, however far they reach`, async () => {
      const vast = join(folder, 'vast.html');
      writeFileSync(vast, renderReport(vastRecord()));
      for (const address of [sample, pathToFileURL(vast).href]) {
        const { page } = await open(address, width);
        const axes: Label[][] = await page.evaluate(TICK_LABELS);
        assert.ok(axes.length >= 12, `only ${axes.length} axes`);
        for (const labels of axes) {
          const names = labels.map((label) => label.text).join(' | ');
          for (const [index, a] of labels.entries()) {
            assert.ok(a.box.x >= 0 && a.box.x + a.box.width <= width, `${a.text} is cut off in ${names}`);
            for (const b of labels.slice(index + 1))
              assert.ok(areLegible(a, b), `${a.text} touches ${b.text} in ${names}`);
          }
        }
        await page.close();
      }
    });
  }

  test('moves the cursor with keys, reads every lane, and clears it', async () => {
    const { page, complaints } = await open(sample, 1_240);
    const title = page.locator('.readout-title');
    await page.focus('#lanes');
    assert.equal(await page.locator('#readout').isVisible(), false);
    await page.keyboard.press('ArrowRight');
    assert.equal(await title.innerText(), '0:00');
    await page.keyboard.press('ArrowRight');
    assert.equal(await title.innerText(), '0:01');
    await page.keyboard.press('Shift+ArrowRight');
    assert.equal(await title.innerText(), '0:40 · slow joins');
    await page.keyboard.press('Shift+ArrowRight');
    assert.equal(await title.innerText(), '1:15 · blocking handlers');
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    assert.equal(await title.innerText(), '0:39');
    const names = await page.locator('#readout dt').allInnerTexts();
    for (const name of [
      'clients',
      'push p50 / p99',
      'timeouts',
      'mailboxes',
      'server CPU',
      'driver lateness p99',
    ])
      assert.ok(names.includes(name), name);
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('#readout').isVisible(), false);
    assert.equal(await page.locator('#cursor').isVisible(), false);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('puts the cursor where the mouse is, and keeps the readout on the page', async () => {
    const { page } = await open(sample, 400);
    await page.locator('#lanes').scrollIntoViewIfNeeded();
    const track = await page.locator('#track').boundingBox();
    assert.ok(track);
    for (const share of [0.01, 0.5, 0.99]) {
      await page.mouse.move(track.x + track.width * share, track.y + 40);
      const cursor = await page.locator('#cursor').boundingBox();
      assert.ok(cursor && Math.abs(cursor.x - track.x - track.width * share) < 4);
      const readout = await page.locator('#readout').boundingBox();
      assert.ok(readout && readout.x >= 0 && readout.x + readout.width <= 400, JSON.stringify(readout));
    }
    await page.close();
  });

  test('goes to the worst second of a threshold', async () => {
    const { page } = await open(sample, 1_240);
    const link = page.locator('#thresholds a').first();
    const moment = await link.innerText();
    await link.click();
    assert.ok((await page.locator('.readout-title').innerText()).startsWith(moment));
    await page.close();
  });

  test('is dark where the reader wants it dark, and light on paper', async () => {
    const colour = 'getComputedStyle(document.body).backgroundColor';
    const light = await open(sample, 1_240);
    const dark = await open(sample, 1_240, 'dark');
    assert.equal(await light.page.evaluate(colour), 'rgb(247, 247, 245)');
    assert.equal(await dark.page.evaluate(colour), 'rgb(20, 22, 26)');
    await dark.page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    assert.equal(await dark.page.evaluate(colour), 'rgb(255, 255, 255)');
    await light.page.close();
    await dark.page.close();
  });

  test('runs nothing of a hostile record and keeps its width', async () => {
    const file = join(folder, 'hostile.html');
    writeFileSync(file, renderReport(hostileRecord()));
    for (const width of [1_240, 400]) {
      const { page, complaints } = await open(pathToFileURL(file).href, width);
      await page.focus('#lanes');
      await page.keyboard.press('ArrowRight');
      assert.equal(await page.evaluate('typeof window.hacked'), 'undefined');
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
      assert.deepEqual(complaints, []);
      await page.close();
    }
  });
});
