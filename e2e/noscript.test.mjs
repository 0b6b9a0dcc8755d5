// The main path with JavaScript switched off: sign in, answer, hand in, approve, read the diagnosis, try a level out.
import assert from "node:assert/strict";
import { test } from "node:test";
import { start } from "./harness.mjs";
import { begin, setUp, signIn } from "./people.mjs";
import { textsOf } from "./texts.mjs";

test("everything needed works without JavaScript", async (tester) => {
  const t = textsOf("ja");
  const rashin = await start(tester);
  const page = await rashin.page({ javaScriptEnabled: false });
  const go = (name) => page.locator(`button[name=next][value="${name}"]:not([tabindex="-1"])`).click();
  const checkFirst = async (level) => {
    for (const block of await page.locator("[data-question] fieldset").all()) {
      const choice = level ? block.locator(`input[value="${level}"]`) : block.locator("input").first();
      await choice.check();
    }
  };
  let address;

  await tester.test("set-up, signing out and in again", async () => {
    await setUp(rashin, page, t, { organisation: "株式会社こだま製作所", name: "山本 さくら" });
    await page.locator("details.menu > summary").click();
    await page.getByRole("button", { name: t("sign-out") }).click();
    await page.getByText(t("done-signed-out")).waitFor();
    await signIn(rashin, page, t, "first@example.jp");
    await page.getByRole("heading", { name: t("welcome") }).waitFor();
  });

  await tester.test("answers of a whole page by one form", async () => {
    address = await begin(rashin, page, t, { period: "FY2026" });
    await checkFirst();
    await go("areas");
    await page.waitForURL(/areas\/1$/);
    await checkFirst(3);
    await page.locator('[id="note-1-2"]').fill("一覧表を毎年見直している。");
    await go("same");
    await page.getByText(t("done-answers-saved")).waitFor();
    assert.equal(await page.locator('[id="note-1-2"]').inputValue(), "一覧表を毎年見直している。");
    assert.equal(await page.locator("[data-question] input:checked").count(), 7);
    await go("2");
    for (const next of ["3", "4", "5", "review"]) {
      await checkFirst(3);
      await go(next);
    }
    await page.getByText(t("nothing-open-submit")).waitFor();
  });

  await tester.test("hand in, approve, read, try out", async () => {
    await page.locator("summary", { hasText: t("submit") }).click();
    await page.getByRole("button", { name: t("submit-go") }).click();
    await page.locator("summary", { hasText: t("decide-approve") }).click();
    await page.getByRole("button", { name: t("decide-approve-go") }).click();
    await page.getByRole("link", { name: t("read-diagnosis") }).click();
    assert.match(await page.locator(".lead-figure .value").innerText(), /^75\b/);
    await page.locator(".what-if input[type=range]").first().focus();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("button", { name: t("what-if-go") }).click();
    await page.locator("#what-if-result", { hasText: "75 → 76" }).waitFor();
  });

  await tester.test("language and theme", async () => {
    await page.goto(`${rashin.url}${address}`);
    await page.getByRole("link", { name: "English" }).click();
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
    assert.equal(new URL(page.url()).pathname, address);
    await page.locator("details.menu > summary").click();
    await page.getByRole("button", { name: textsOf("en")("theme-dark") }).click();
    assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  });
});
