// The whole way, in Japanese and in English: from the set-up link to a diagnosis, with the questions answered by keyboard alone.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { inOrder, watched } from "./checks.mjs";
import { program, start } from "./harness.mjs";
import { begin, setUp, signIn } from "./people.mjs";
import { textsOf } from "./texts.mjs";

const run = promisify(execFile);

// Levels by item. Item 4-4 does not apply; the mean of 4-1, 4-2, 4-3 and 4-5 takes its place: 10 ÷ 4 = 2.5, rounded half up to 3.
const LEVELS = {
  "1-1": 4, "1-2": 3, "1-3": 2, "1-4": 3, "1-5": 1, "1-6": 5, "1-7": 3,
  "2-1": 2, "2-2": 3, "2-3": 4, "2-4": 1,
  "3-1": 3, "3-2": 2, "3-3": 5, "3-4": 4, "3-5": 2, "3-6": 3,
  "4-1": 1, "4-2": 2, "4-3": 4, "4-5": 3,
  "5-1": 2, "5-2": 3, "5-3": 1,
};
const EXCLUDED = "4-4";
const TOTAL = Object.values(LEVELS).reduce((sum, level) => sum + level) + 3;

const STORIES = [
  { language: "ja", organisation: "株式会社こだま製作所", person: "山本 さくら", department: "品質保証部", note: "毎年4月に見直す。", reason: "自社でシステムを開発していないため。", comment: "役員会で確かめた。" },
  { language: "en", organisation: "Kodama Works", person: "Sakura Yamamoto", department: "Quality Assurance", note: "Reviewed every April.", reason: "We develop no systems ourselves.", comment: "Seen by the board." },
];

const press = async (page, key, times = 1) => {
  for (let i = 0; i < times; i += 1) await page.keyboard.press(key);
};

/** Presses Tab until `selector` has the focus. */
async function tabTo(page, selector) {
  for (let i = 0; i < 40; i += 1) {
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab does not lead to ${selector} on ${page.url()}`);
}

const focusIn = (page, id) => page.waitForFunction((wanted) => document.activeElement.closest("[data-question]")?.id === `q-${wanted}`, id);
const saved = (page, id) => page.locator(`[id="state-${id}"] .save.saved`).waitFor();
const questionsOf = (page) => page.locator("[data-question]").evaluateAll((all) => all.map((question) => question.id.slice(2)));

async function answerProfile(page) {
  const questions = await questionsOf(page);
  assert.equal(questions.length, 15);
  for (const [place, id] of questions.entries()) {
    await page.keyboard.press("j");
    await focusIn(page, id);
    if (place % 3 === 0) await page.keyboard.press("Space");
    else await press(page, "ArrowDown", place % 3);
    await saved(page, id);
    const chosen = await page.locator(`[id="q-${id}"] input:checked`).evaluate((radio) => [...radio.form.elements[radio.name]].indexOf(radio));
    assert.equal(chosen, place % 3, `option of ${id}`);
  }
  await tabTo(page, "button[name=next][value=areas]");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/areas\/1/);
}

async function exclude(page, story) {
  const block = `[id="q-${EXCLUDED}"]`;
  await page.keyboard.press("j");
  await focusIn(page, EXCLUDED);
  await tabTo(page, `${block} summary`);
  await page.keyboard.press("Enter");
  await tabTo(page, `${block} input[type=checkbox]`);
  await page.keyboard.press("Space");
  await page.waitForFunction((id) => document.activeElement.id === `reason-${id}`, EXCLUDED);
  assert.equal(await page.locator(`${block} .notice.error`).count(), 0, "nothing is wrong before the reason could be typed");
  await page.keyboard.type(story.reason);
  await page.keyboard.press("Tab");
  await saved(page, EXCLUDED);
}

async function answerArea(page, story, area) {
  await page.waitForURL(new RegExp(`/areas/${area}`));
  for (const [place, id] of (await questionsOf(page)).entries()) {
    if (id === EXCLUDED) {
      await exclude(page, story);
      continue;
    }
    if (place > 0) {
      await page.keyboard.press("j");
      await focusIn(page, id);
    }
    await page.keyboard.press(String(LEVELS[id]));
    await saved(page, id);
  }
}

async function addNote(page, story, id) {
  await press(page, "k", 7);
  await focusIn(page, id);
  await tabTo(page, `[id="note-${id}"]`);
  await page.keyboard.type(story.note);
  await page.keyboard.press("Tab");
  await page.waitForResponse((response) => response.url().endsWith(`/answers/${id}`) && response.ok());
  await saved(page, id);
}

async function addEvidence(page, t, folder, id) {
  const file = join(folder, "policy.txt");
  await writeFile(file, "Information security policy, adopted 2026-04-01.\n");
  const block = page.locator(`[id="q-${id}"]`);
  await block.locator("details > summary").last().focus();
  await page.keyboard.press("Enter");
  await block.locator("input[type=file]").setInputFiles(file);
  await block.getByRole("button", { name: t("evidence-upload") }).focus();
  await page.keyboard.press("Enter");
  await page.getByText(t("done-evidence-added")).waitFor();
  await block.getByRole("link", { name: "policy.txt" }).waitFor();
}

/** Answers all areas. The note and the file go to the first item. */
async function answerItems(rashin, page, t, story) {
  for (const area of ["1", "2", "3", "4", "5"]) {
    await answerArea(page, story, area);
    if (area === "1") {
      await addNote(page, story, "1-1");
      await addEvidence(page, t, rashin.folder, "1-1");
    }
    await inOrder(rashin, page);
    await tabTo(page, "button[name=next]:not([tabindex='-1']):not(.no-js)");
    await page.keyboard.press("Enter");
  }
  await page.waitForURL(/\/assessments\/[^/]+$/);
}

async function handInAndApprove(rashin, page, t, story) {
  await page.getByRole("button", { name: t("exclusion-agree") }).click();
  await page.getByText(t("nothing-open-submit")).waitFor();
  await inOrder(rashin, page);
  await page.locator("summary", { hasText: t("submit") }).click();
  await page.getByRole("button", { name: t("submit-go") }).click();
  await page.getByText(t("decide-self"), { exact: true }).waitFor();
  await inOrder(rashin, page);
  await page.locator("summary", { hasText: t("decide-approve") }).click();
  await page.getByLabel(t("label-comment")).fill(story.comment);
  await page.getByRole("button", { name: t("decide-approve-go") }).click();
  await page.getByText(t("done-approved")).waitFor();
  await page.locator(".chip", { hasText: t("self-approved") }).first().waitFor();
  await inOrder(rashin, page);
}

async function download(page, name) {
  const [file] = await Promise.all([page.waitForEvent("download"), page.locator(".downloads a", { hasText: name }).click()]);
  return readFile(await file.path());
}

async function textOfPdf(bytes, folder) {
  const path = join(folder, "diagnosis.pdf");
  await writeFile(path, bytes);
  return (await run("pdftotext", ["-layout", path, "-"], { maxBuffer: 1 << 24 })).stdout;
}

/** The same numbers on the page, in the API, in the downloads and from the command that reads the answer file. */
async function sameNumbersEverywhere(rashin, page, t, address) {
  const shown = await page.locator(".lead-figure .value").innerText();
  assert.equal(Number.parseInt(shown, 10), TOTAL);
  const api = await (await page.request.get(`${rashin.url}/api/v1${address}/diagnosis`)).json();
  assert.equal(api.total, TOTAL);
  assert.equal(api.maturity_mean, TOTAL / 25);
  assert.deepEqual(api.items.filter((item) => item.estimated).map((item) => [item.item, item.own]), [[EXCLUDED, 3]]);
  assert.equal(api.release.synthetic, true);
  assert.equal(api.profile.length, 15);
  assert.deepEqual(JSON.parse(await download(page, "JSON")), api);

  const answers = await page.request.get(`${rashin.url}${address}/answers.toml`);
  assert.equal(answers.status(), 200);
  const file = join(rashin.folder, "answers.toml");
  await writeFile(file, await answers.body());
  const command = JSON.parse((await run(program(), ["diagnose", file, "--format", "json"], { maxBuffer: 1 << 24 })).stdout);
  assert.deepEqual(command, api);

  const pdf = await download(page, "PDF");
  assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
  const text = await textOfPdf(pdf, rashin.folder);
  assert.match(text, new RegExp(`\\b${TOTAL}\\b`));
  assert.match(text, /合成データ/);
  assert.ok(text.includes(t("section-advice")), "the document speaks the reader's language");

  const sheet = await download(page, "Excel");
  assert.equal(sheet.subarray(0, 2).toString(), "PK");
  assert.ok(sheet.includes("xl/worksheets/sheet1.xml"), "the spreadsheet holds a sheet");
}

async function tryWhatIf(page) {
  const slider = page.locator(".what-if input[type=range]").first();
  const before = Number(await slider.inputValue());
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  await page.locator("#what-if-result", { hasText: `${TOTAL} → ${TOTAL + 1}` }).waitFor();
  assert.equal(Number(await slider.inputValue()), before + 1);
}

/** What is seen before signing in, and what is refused. */
async function atTheDoor(rashin, page, t) {
  await page.goto(rashin.setUpLink);
  await inOrder(rashin, page);
  await page.locator("form.form").evaluate((form) => (form.noValidate = true));
  await page.getByRole("button", { name: t("set-up-go") }).click();
  await page.locator(".error-summary").waitFor();
  await inOrder(rashin, page);
  await page.goto(`${rashin.url}/sign-in`);
  await inOrder(rashin, page);
  await signIn(rashin, page, t, "nobody@example.jp");
  await page.getByText(t("error-sign-in")).waitFor();
  await inOrder(rashin, page);
}

/** A language's pages hold none of the other language's texts. */
async function isInOneLanguage(page, language) {
  assert.equal(await page.locator("html").getAttribute("lang"), language);
  if (language === "ja") return;
  const strangers = await page.evaluate(() => {
    const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      const text = walker.currentNode.textContent.replaceAll("合成データ", "").replaceAll("偏差値", "");
      if (/[\u3040-\u30ff\u4e00-\u9fff]/.test(text)) found.push(text.trim());
    }
    return found;
  });
  assert.deepEqual(strangers, [], page.url());
}

for (const story of STORIES) {
  test(`from the set-up link to a diagnosis (${story.language})`, async (tester) => {
    const t = textsOf(story.language);
    const rashin = await start(tester);
    const page = watched(await rashin.page({ language: story.language, viewport: { width: 1280, height: 900 } }));
    const visit = async (path) => {
      await page.goto(`${rashin.url}${path}`);
      await inOrder(rashin, page);
      await isInOneLanguage(page, story.language);
    };
    let address;

    await tester.test("set-up and sign-in", () => atTheDoor(rashin, page, t));
    await tester.test("first account and a department", async () => {
      await setUp(rashin, page, t, { organisation: story.organisation, name: story.person });
      await inOrder(rashin, page);
      await visit("/units");
      await page.locator("[name=kind][value=department]").check();
      await page.locator("form[action='/units'] [name=unit_name]").fill(story.department);
      await page.getByRole("button", { name: t("units-go"), exact: true }).click();
      await page.locator(".tree .name", { hasText: story.department }).waitFor();
      await inOrder(rashin, page);
      await visit("/me");
      await page.getByText(t("role-short-administrator")).waitFor();
      await page.getByText("CISO").waitFor();
    });
    await tester.test("questions by keyboard alone", async () => {
      await visit("/assessments");
      await visit("/assessments/new");
      address = await begin(rashin, page, t, { period: "2026" });
      await inOrder(rashin, page);
      await answerProfile(page);
      await answerItems(rashin, page, t, story);
    });
    await tester.test("hand in and approve", () => handInAndApprove(rashin, page, t, story));
    await tester.test("the diagnosis", async () => {
      await page.getByRole("link", { name: t("read-diagnosis") }).click();
      await page.waitForURL(/\/diagnosis$/);
      await inOrder(rashin, page);
      await isInOneLanguage(page, story.language);
      await sameNumbersEverywhere(rashin, page, t, address);
      await tryWhatIf(page);
      await page.locator("main details:not([open]) > summary").evaluateAll((all) => all.forEach((summary) => summary.click()));
      await inOrder(rashin, page);
    });
    await tester.test("the other pages", async () => {
      for (const path of ["/", "/accounts", "/releases", "/audit-log", `${address}/history`]) await visit(path);
      for (const path of ["/nowhere", "/assessments/nothing", new URL(rashin.setUpLink).pathname]) {
        await visit(path);
        await page.getByText(t("failure-not-found")).first().waitFor();
      }
    });
    await tester.test("in the dark and on a phone", async () => {
      await page.goto(`${rashin.url}${address}/diagnosis`);
      await page.locator("details.menu > summary").click();
      await page.getByRole("button", { name: t("theme-dark") }).click();
      assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
      await page.setViewportSize({ width: 390, height: 844 });
      for (const path of [`${address}/diagnosis`, `${address}/areas/1`, address, "/"]) await visit(path);
    });
  });
}
