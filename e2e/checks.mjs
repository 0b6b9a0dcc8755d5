// What must hold on every page, whatever it shows.
import assert from "node:assert/strict";

/** Collects what goes wrong in a page from now on: errors in the console, breaches of the content policy, failed requests for files. */
export function watched(page) {
  const troubles = [];
  page.on("console", (message) => {
    // The browser reports every refused request; what stories provoke on purpose is a page of its own and not a trouble.
    if (message.type() === "error" && !/Failed to load resource/.test(message.text())) troubles.push(`${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => troubles.push(`${page.url()}: ${error}`));
  page.on("response", (response) => {
    if (response.status() >= 400 && new URL(response.url()).pathname.startsWith("/static/")) troubles.push(`${response.status()} ${response.url()}`);
  });
  page.troubles = troubles;
  return page;
}

// Reads the page as it stands: sentences that were not found, and whether it is wider than the window.
const READ = `(() => {
const scrolls = (element) => element !== document.body && (getComputedStyle(element).overflowX !== "visible" || scrolls(element.parentElement));
return {
  keys: document.documentElement.outerHTML.match(/⟦[^⟧]*⟧/g) ?? [],
  wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  widest: [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !scrolls(element.parentElement))
    .slice(0, 3).map((element) => element.outerHTML.slice(0, 120)),
  heads: document.querySelectorAll("h1").length,
  titled: document.title.trim().length > 0,
}; })()`;

/** Asserts that the page is in order. `axe`: also ask axe, which takes about a second. */
export async function inOrder(rashin, page, { axe = true } = {}) {
  const found = await page.evaluate(READ);
  assert.deepEqual(found.keys, [], `${page.url()}: texts that do not exist`);
  assert.ok(found.wide <= 0, `${page.url()}: ${found.wide} px wider than the window: ${found.widest.join("\n")}`);
  assert.equal(found.heads, 1, `${page.url()}: headings of the first level`);
  assert.ok(found.titled, `${page.url()}: no title`);
  if (axe) await rashin.axe(page);
  assert.deepEqual(page.troubles ?? [], []);
}
