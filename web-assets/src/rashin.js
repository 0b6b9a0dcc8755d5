// Rashin: small additions to pages that work without any script.
// No framework, no state: everything is read from the page's attributes and stays within the content security policy.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const text = (name) => find("[data-texts]")?.dataset[name] ?? "";
  const year = 31536000;

  // Colour theme: the same form posts to the server when there is no script.
  function setTheme(theme) {
    if (theme === "auto") delete root.dataset.theme;
    else root.dataset.theme = theme;
    const [prefix, secure] = location.protocol === "https:" ? ["__Host-", "; secure"] : ["", ""];
    document.cookie = `${prefix}theme=${theme}; path=/; max-age=${year}; samesite=lax${secure}`;
    for (const button of all("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
    }
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    event.preventDefault();
    setTheme(button.dataset.themeChoice);
  });

  // Menus close with Escape and with a click outside.
  document.addEventListener("click", (event) => {
    for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    find("summary", menu).focus();
  });

  // Toasts: announced, gone after six seconds; a failure stays until it is clicked.
  function toast(message, failed = false) {
    const box = find(".toasts");
    if (!box || !message) return;
    const note = document.createElement("div");
    note.className = failed ? "toast failed" : "toast";
    note.textContent = message;
    note.addEventListener("click", () => note.remove());
    box.replaceChildren(note);
    if (!failed) setTimeout(() => note.remove(), 6000);
  }

  // Saved or not: each block that saves itself carries data-autosave and holds one .save line.
  const unsaved = new Set();
  function mark(block, state) {
    const line = find(".save", block);
    if (line) {
      line.className = `save ${state}`;
      line.textContent = text(state);
    }
    if (state === "saved") unsaved.delete(block);
    else unsaved.add(block);
  }
  const autosaved = (event) => event.target.closest?.("[data-autosave]");
  document.addEventListener("input", (event) => {
    const block = autosaved(event);
    if (block) mark(block, "dirty");
  });
  // "Does not apply" needs its reason before it can be saved: lead there instead of sending it without.
  document.addEventListener("change", (event) => {
    const reason = event.target.matches("[data-reason]") ? document.getElementById(event.target.dataset.reason) : null;
    if (!reason || !event.target.checked || reason.value.trim() !== "") return;
    event.stopPropagation();
    reason.focus();
  }, true);
  document.addEventListener("htmx:before:request", (event) => {
    const block = autosaved(event);
    if (!block) return;
    mark(block, "saving");
    // The request may have waited for an earlier one: send the version that stands in the page now.
    const body = event.detail.ctx.request.body;
    for (const field of all("[data-version]", block)) body?.set?.(field.name, field.value);
  });
  document.addEventListener("htmx:after:request", (event) => {
    const block = autosaved(event);
    if (!block) return;
    const status = event.detail.ctx.response?.status ?? 0;
    if (status < 400) unsaved.delete(block);
    else if (status === 409 || status === 422) mark(block, "dirty");
    else failed(block);
  });
  document.addEventListener("htmx:error", (event) => {
    const block = autosaved(event);
    if (block) failed(block);
    else toast(text("failed"), true);
  });
  function failed(block) {
    mark(block, "failed");
    toast(text("failed"), true);
  }
  addEventListener("beforeunload", (event) => {
    if (unsaved.size > 0) event.preventDefault();
  });
  document.addEventListener("submit", () => unsaved.clear());
  // Who keeps another person's answer gives up the own one knowingly.
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-autosave] .notice a")) unsaved.delete(autosaved(event));
  });

  // Questions by keyboard: 1 to 5 choose, j and k move. Can be switched off (the choice stays in this browser).
  const keysOn = () => localStorage.getItem("keys") !== "off";
  const questions = () => all("[data-question]");
  const chosenQuestion = () => document.activeElement?.closest("[data-question]") ?? find(".current[data-question]");
  const questionInView = () => questions().find((q) => q.getBoundingClientRect().bottom > 120);
  function goTo(question) {
    if (!question) return;
    for (const other of questions()) other.classList.toggle("current", other === question);
    question.scrollIntoView({ block: "start" });
    (find("input[type=radio]:checked", question) ?? find("input[type=radio]", question))?.focus({ preventScroll: true });
  }
  function choose(question, level) {
    const radio = find(`input[type=radio][value="${level}"]`, question);
    if (!radio || radio.disabled) return;
    radio.focus({ preventScroll: true });
    if (!radio.checked) radio.click();
  }
  const typing = (element) => element.matches("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox], [type=range])");
  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    if (find("dialog[open]")) return;
    if (event.key === "?") return showKeys(event);
    if (!keysOn() || questions().length === 0) return;
    const list = questions();
    const chosen = chosenQuestion();
    const here = list.indexOf(chosen ?? questionInView());
    // The first key leads to the question one is reading, the next ones from there on.
    if (event.key === "j") goTo(list[chosen ? Math.min(here + 1, list.length - 1) : here]);
    else if (event.key === "k") goTo(list[chosen ? Math.max(here - 1, 0) : here]);
    else if (/^[1-5]$/.test(event.key) && here >= 0) choose(list[here], event.key);
    else return;
    event.preventDefault();
  }
  function showKeys(event) {
    const dialog = find("dialog[data-keys]");
    if (!dialog) return;
    event.preventDefault();
    const box = find("[data-keys-on]", dialog);
    if (box) box.checked = keysOn();
    dialog.showModal();
  }
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-show-keys]")) showKeys(event);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-keys-on]")) localStorage.setItem("keys", event.target.checked ? "on" : "off");
  });
  document.addEventListener("focusin", (event) => {
    const here = event.target.closest("[data-question]");
    if (here) for (const other of questions()) other.classList.toggle("current", other === here);
  });

  // What if: the number beside a slider follows it; the form itself is sent by htmx (or its button).
  function showLevel(slider) {
    const output = find(`output[for="${slider.id}"]`);
    if (!output) return;
    const now = slider.dataset.now;
    output.textContent = now === slider.value ? now : `${now} → ${slider.value}`;
    output.classList.toggle("changed", now !== slider.value);
  }
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-now]")) showLevel(event.target);
  });
  document.addEventListener("reset", (event) => {
    setTimeout(() => {
      all("[data-now]", event.target).forEach(showLevel);
      event.target.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });

  // Tables: a head with data-sort ("number" or "text") becomes a button. The value is data-value or the text.
  const value = (row, column) => row.cells[column]?.dataset.value ?? row.cells[column]?.textContent.trim() ?? "";
  function sortBy(head) {
    const table = head.closest("table");
    const column = head.cellIndex;
    const down = head.getAttribute("aria-sort") === "ascending";
    const sign = down ? -1 : 1;
    const order = head.dataset.sort === "number"
      ? (a, b) => Number(value(a, column)) - Number(value(b, column))
      : (a, b) => value(a, column).localeCompare(value(b, column), root.lang, { numeric: true });
    for (const other of all("th[aria-sort]", table)) other.setAttribute("aria-sort", "none");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.tBodies[0];
    body.append(...[...body.rows].sort((a, b) => sign * order(a, b)));
  }
  function prepareTables() {
    for (const head of all("th[data-sort]:not(:has(button))")) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sortBy(head));
      head.append(button);
      if (!head.hasAttribute("aria-sort")) head.setAttribute("aria-sort", "none");
    }
  }
  document.addEventListener("htmx:after:swap", prepareTables);

  // The list of parts at the side follows what is being read.
  function followParts() {
    const links = all(".side a[href^='#']");
    if (links.length === 0) return;
    const seen = new IntersectionObserver((entries) => {
      for (const entry of entries.filter((one) => one.isIntersecting)) {
        for (const link of links) {
          if (link.hash === `#${entry.target.id}`) link.setAttribute("aria-current", "true");
          else link.removeAttribute("aria-current");
        }
      }
    }, { rootMargin: "-15% 0px -75% 0px" });
    for (const link of links) {
      const part = document.getElementById(link.hash.slice(1));
      if (part) seen.observe(part);
    }
  }

  // A row of links that is wider than the window shows the current one.
  for (const link of all(".nav [aria-current], .tabs [aria-current]")) {
    const row = link.closest(".nav, .tabs");
    if (row.scrollWidth > row.clientWidth) row.scrollLeft = link.offsetLeft + (link.offsetWidth - row.clientWidth) / 2 - row.offsetLeft;
  }
  prepareTables();
  followParts();
})();
