// Files nobody should open, sent to the running server: each is refused with a reason, nothing changes, and the server neither grows nor ends.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cell, workbook, zip } from "./archive.mjs";
import { start } from "./harness.mjs";
import { begin, setUp } from "./people.mjs";
import { textsOf } from "./texts.mjs";

const MB = 1024 * 1024;
const far = `<row r="1">${cell("A1", "period")}${cell("C1", "nonsense")}</row><row r="1048576">${cell("XFD1048576", "x")}</row>`;

/** What is sent as answers, and what a person reads then. */
const ANSWERS = [
  { what: "an archive that unpacks to 150 MB", name: "bomb.xlsx", content: () => zip([["xl/workbook.xml", Buffer.alloc(150 * MB, 32)]]), says: (t) => t("answer-sheet-too-large") },
  { what: "3,500,000 shared strings", name: "strings.xlsx", content: () => workbook("", "<si><t>x</t></si>".repeat(3_500_000)), says: (t) => t("answer-sheet-too-large") },
  { what: "a cell at XFD1048576 and a wrong value", name: "far.xlsx", content: () => workbook(far), says: () => "nonsense" },
  { what: "a picture called a spreadsheet", name: "picture.xlsx", content: () => Buffer.from("\x89PNG\r\n\x1a\n....", "latin1"), says: (t) => t("answer-sheet-unreadable", { detail: "" }).slice(0, 12) },
  { what: "a program", name: "setup.exe", content: () => Buffer.from("MZ"), says: (t) => t("import-type") },
  { what: "3 MB of comments", name: "long.toml", content: () => Buffer.alloc(3 * MB, "#"), says: (t) => t("error-file-size", { most: 2 }) },
  { what: "900,000 brackets", name: "deep.toml", content: () => Buffer.from(`a = ${"[".repeat(900_000)}`), says: () => "deep.toml" },
];

const EVIDENCE = [
  { what: "11 MB", name: "long.txt", content: () => Buffer.alloc(11 * MB, "a") },
  { what: "a program", name: "setup.exe", content: () => Buffer.from("MZ\x90\x00", "latin1") },
  { what: "a program called a picture", name: "picture.png", content: () => Buffer.from("MZ\x90\x00", "latin1") },
];

test("files nobody should open", async (tester) => {
  const rashin = await start(tester);
  const t = textsOf("ja");
  const page = await rashin.page();
  await setUp(rashin, page, t, { organisation: "こだま製作所", name: "山本 さくら" });
  const check = await begin(rashin, page, t, { period: "2026" });
  const send = (path, { name, content }) => {
    const headers = { "sec-fetch-site": "same-origin" };
    return page.request.post(`${rashin.url}${path}`, { headers, multipart: { file: { name, mimeType: "application/octet-stream", buffer: content } } });
  };
  const state = async () => (await page.request.get(`${rashin.url}${check}/answers.toml`)).text();
  const before = { memory: await rashin.memory(), answers: await state() };

  for (const file of ANSWERS) {
    await tester.test(`as answers: ${file.what}`, async (one) => {
      const content = file.content();
      const began = performance.now();
      const reply = await send(`${check}/import`, { ...file, content });
      one.diagnostic(`${content.length} bytes, refused in ${Math.round(performance.now() - began)} ms, server at ${Math.round((await rashin.memory()) / MB)} MB`);
      assert.equal(reply.status(), 422);
      const text = await reply.text();
      assert.ok(text.includes(file.says(t)), text.split("<main")[1]);
    });
  }
  for (const file of EVIDENCE) {
    await tester.test(`as evidence: ${file.what}`, async (one) => {
      const began = performance.now();
      const reply = await send(`${check}/answers/1-1/evidence`, { ...file, content: file.content() });
      one.diagnostic(`refused in ${Math.round(performance.now() - began)} ms, server at ${Math.round((await rashin.memory()) / MB)} MB`);
      assert.ok([413, 422].includes(reply.status()), String(reply.status()));
    });
  }
  await tester.test("nothing changed, and the server is no larger", async () => {
    assert.equal(await state(), before.answers);
    const grown = (await rashin.memory()) - before.memory;
    assert.ok(grown < 40 * MB, `${Math.round(grown / MB)} MB more`);
    await page.goto(`${rashin.url}${check}/areas/1`);
    assert.equal(await page.locator("[data-question]").count(), 7);
  });
});
