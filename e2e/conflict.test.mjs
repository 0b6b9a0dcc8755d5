// Two people answer the same question at the same time: nobody's answer is lost, and the second one decides.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inOrder, watched } from "./checks.mjs";
import { start } from "./harness.mjs";
import { accept, begin, invite, setUp } from "./people.mjs";
import { textsOf } from "./texts.mjs";

const SAKURA = "山本 さくら";
const DAICHI = "中村 大地";

const question = (page, id) => page.locator(`[id="q-${id}"]`);
const choose = (page, id, level) => question(page, id).locator(`input[value="${level}"]`).check();
const saved = (page, id) => page.locator(`[id="state-${id}"] .save.saved`).waitFor();
const clash = (page, id) => page.locator(`[id="state-${id}"] .notice.warning`);

/** The level that is kept, as a page opened anew shows it. */
async function kept(page, address, id) {
  await page.goto(address);
  return question(page, id).locator("input:checked").getAttribute("value");
}

/** Two people in two browsers, with a self-check begun. */
async function twoPeople(tester) {
  const t = textsOf("ja");
  const rashin = await start(tester);
  const first = watched(await rashin.page());
  await setUp(rashin, first, t, { organisation: "株式会社こだま製作所", name: SAKURA });
  const link = await invite(rashin, first, t, { email: "daichi@example.jp", role: "staff" });
  const second = watched(await rashin.page());
  // Nobody is asked whether to leave a page: choosing an answer is no loss.
  for (const page of [first, second]) page.on("dialog", (dialog) => (page.troubles.push(`${dialog.type()} ${page.url()}`), dialog.accept()));
  await second.goto(link);
  await inOrder(rashin, second);
  await accept(rashin, second, t, link, DAICHI);
  const address = await begin(rashin, first, t, { period: "2026" });
  return { t, rashin, first, second, area: `${rashin.url}${address}/areas/1`, profile: `${rashin.url}${address}/profile` };
}

test("two people save the same answer", async (tester) => {
  const { t, rashin, first, second, area, profile } = await twoPeople(tester);

  await tester.test("the second is told, sees both answers and keeps the own one", async () => {
    await Promise.all([first.goto(area), second.goto(area)]);
    await choose(first, "1-1", 2);
    await saved(first, "1-1");
    await question(second, "1-1").locator("textarea").first().fill("点検の記録あり");
    await choose(second, "1-1", 4);
    await clash(second, "1-1").getByText(t("answer-level", { level: 4 })).waitFor();
    const told = await clash(second, "1-1").innerText();
    for (const part of [SAKURA, t("answer-level", { level: 2 }), t("answer-level", { level: 4 }), "点検の記録あり"]) assert.ok(told.includes(part), `${part} in ${told}`);
    await inOrder(rashin, second);
    await second.getByRole("button", { name: t("clash-keep-mine") }).click();
    await second.getByText(t("done-answers-saved")).waitFor();
    assert.equal(await kept(second, area, "1-1"), "4");
    assert.equal(await question(second, "1-1").locator("textarea").first().inputValue(), "点検の記録あり");
  });

  await tester.test("the other way round: the answer of the other is kept", async () => {
    await choose(first, "1-1", 3);
    await clash(first, "1-1").getByRole("link", { name: t("clash-keep-theirs", { name: DAICHI }) }).click();
    await first.locator('[id="q-1-1"] input[value="4"]:checked').waitFor();
    await clash(first, "1-1").waitFor({ state: "detached" });
    assert.equal(await kept(first, area, "1-1"), "4");
  });

  await tester.test("answers to different questions do not meet", async () => {
    await Promise.all([first.goto(area), second.goto(area)]);
    await Promise.all([choose(first, "1-2", 1), choose(second, "1-3", 5)]);
    await Promise.all([saved(first, "1-2"), saved(second, "1-3")]);
    assert.equal(await kept(first, area, "1-3"), "5");
    assert.equal(await kept(second, area, "1-2"), "1");
  });

  await tester.test("the same answer by both is no conflict", async () => {
    await Promise.all([first.goto(area), second.goto(area)]);
    await choose(first, "1-4", 3);
    await saved(first, "1-4");
    await choose(second, "1-4", 3);
    await saved(second, "1-4");
    assert.equal(await clash(second, "1-4").count(), 0);
  });

  await tester.test("profile questions behave alike", async () => {
    await Promise.all([first.goto(profile), second.goto(profile)]);
    await choose(first, "staff", "21-100");
    await saved(first, "staff");
    await choose(second, "staff", "101-300");
    await clash(second, "staff").waitFor();
    await clash(second, "staff").getByRole("link", { name: t("clash-keep-theirs", { name: SAKURA }) }).click();
    await second.locator('[id="q-staff"] input[value="21-100"]:checked').waitFor();
    await clash(second, "staff").waitFor({ state: "detached" });
  });

  assert.deepEqual([...first.troubles, ...second.troubles], []);
});
