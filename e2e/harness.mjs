// Starts the built program with a data folder of its own, and Debian's Chromium in front of it.
//
//   test("…", async (t) => {
//     const rashin = await start(t);
//     const page = await rashin.page({ language: "ja" });
//     await page.goto(rashin.setUpLink);
//     await rashin.axe(page);
//   });
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as wait } from "node:timers/promises";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Where pictures and downloads of a run go; not part of the repository. */
export const out = join(here, "out");

const BROWSER = process.env.RASHIN_CHROMIUM ?? "/usr/bin/chromium";
const BROWSER_ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const LONGEST_START_MS = 30_000;
const LONGEST_STOP_MS = 10_000;

/** The program: RASHIN_BIN, or the last build. */
export function program() {
  if (process.env.RASHIN_BIN) return process.env.RASHIN_BIN;
  const target = process.env.CARGO_TARGET_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "rashin", "target");
  return join(target, "debug", "rashin");
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

async function answers(url) {
  try {
    await fetch(url, { redirect: "manual" });
    return true;
  } catch {
    return false;
  }
}

/** The first address below `url` in the text that goes on with a long secret: the set-up link. */
function linkIn(text, url) {
  return text.split(/\s+/).find((word) => word.startsWith(url) && /[\w-]{20,}/.test(word.slice(url.length)));
}

class Program {
  constructor(child, url) {
    this.url = url;
    this.child = child;
    this.output = "";
    this.log = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (this.output += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (this.log += text));
  }

  get running() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Waits until the server answers and `ready()` is true. */
  async until(ready) {
    for (let waited = 0; waited < LONGEST_START_MS; waited += 50) {
      assert.ok(this.running, `rashin ended early\n${this.output}\n${this.log}`);
      if (ready() && (await answers(this.url))) return;
      await wait(50);
    }
    assert.fail(`rashin was not ready in ${LONGEST_START_MS} ms\n${this.output}\n${this.log}`);
  }

  async stop() {
    if (this.running) {
      const ended = once(this.child, "exit");
      this.child.kill("SIGINT");
      const inTime = await Promise.race([ended.then(() => true), wait(LONGEST_STOP_MS, false, { ref: false })]);
      if (!inTime) this.child.kill("SIGKILL");
      assert.ok(inTime, `rashin did not stop in ${LONGEST_STOP_MS} ms\n${this.log}`);
    }
    assert.ok(!this.log.includes("panicked at"), this.log);
  }
}

/** Asserts that axe finds nothing on the page as it stands. */
async function axe(page) {
  // A string is run by the debugger, so the pages' own policy against inline code stays in force.
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })");
  const found = violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}\n    ${node.target.join(" ")}\n    ${node.html}`));
  assert.equal(found.length, 0, `${page.url()}\n  ${found.join("\n  ")}`);
}

/**
 * Starts everything, and stops it when the test `t` is over, however it went. Options: `sample` (load the sample companies; then there is no set-up link),
 * `options` (further options of `rashin serve`).
 */
export async function start(t, { sample = false, options = [] } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "rashin-e2e-"));
  await mkdir(out, { recursive: true });
  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${address.replace("127.0.0.1", "localhost")}`;
  const serve = ["serve", "--data", join(folder, "data"), "--listen", address, "--public-url", url];
  const child = spawn(program(), [...serve, ...(sample ? ["--sample"] : []), ...options], { stdio: ["ignore", "pipe", "pipe"] });
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  const server = new Program(child, url);
  let browser;
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    try {
      await browser?.close();
      await server.stop();
    } finally {
      process.removeListener("exit", end);
      await rm(folder, { recursive: true, force: true });
    }
  };
  t.after(stop);
  await server.until(() => sample || linkIn(server.output, url));
  browser = await chromium.launch({ executablePath: BROWSER, args: BROWSER_ARGUMENTS });

  /** A page in a session of its own. `language`: ja or en; further options as Playwright's newContext. */
  const page = async ({ language = "ja", ...more } = {}) => {
    const context = await browser.newContext({ locale: language === "ja" ? "ja-JP" : "en-GB", timezoneId: "Asia/Tokyo", acceptDownloads: true, ...more });
    context.setDefaultTimeout(10_000);
    return context.newPage();
  };

  /** The server's memory, bytes. */
  const memory = async () => {
    const status = await readFile(`/proc/${child.pid}/status`, "utf8");
    return Number(status.match(/VmRSS:\s+(\d+) kB/)[1]) * 1024;
  };

  return { url, folder, page, axe, memory, stop, setUpLink: linkIn(server.output, url), output: () => server.output, log: () => server.log };
}
