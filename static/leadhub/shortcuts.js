/* Keys, as the page declares them, and the sheet that lists them.

   data-key="g w"          a key or a sequence on a link, button, field, menu or form; pressing it uses that element
   data-key-label="..."    what it does, if the element's own words do not say it
   data-key-group="..."    `everywhere`, or a heading of the sheet; else "This page"
   data-key-shows          the key brings it into sight and gives it the focus; only the next press uses it
   data-rows > [data-row]  rows that `j` and `k` walk through, by their [data-main] or first link or button

   Nothing is a shortcut while one types, in another dialog, or for whoever has switched them off. */
(() => {
  "use strict";
  const PAUSE = 1200;
  let typed = [];
  let last = 0;

  const isTyping = (element) => element.closest?.("input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]");
  const isSeen = (element) => element.nodeName === "FORM" || element.type === "hidden" || element.checkVisibility?.() !== false || element.closest("details.menu .drop, .find");
  const here = () => document.querySelector("dialog[open]") ?? document;
  const declared = () => [...here().querySelectorAll("[data-key]")].filter((element) => element.dataset.key && !element.disabled && !(here() === document && element.closest("dialog")) && isSeen(element));

  const use = (element) => {
    if ("keyShows" in element.dataset && document.activeElement !== element) {
      element.scrollIntoView({ block: "center" });
      element.focus();
    } else if (element.nodeName === "FORM") element.requestSubmit();
    else if (element.matches("input:not([type=checkbox], [type=radio]), textarea, select")) {
      if (!element.checkVisibility()) return document.getElementById("palette-opens").click();
      element.focus();
      element.select?.();
    } else if (element.nodeName === "DETAILS") {
      element.open = true;
      element.querySelector("summary").focus();
    } else if (element.nodeName === "SUMMARY") {
      element.parentElement.open = true;
      element.parentElement.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    } else element.click();
  };

  /* Escape closes what such a key opened, and gives the focus back to where it was asked from. */
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !isTyping(event.target) || event.target.closest("dialog")) return;
    const more = event.target.closest("details.more");
    if (!more) return;
    (more.askedBy ?? more.querySelector("summary")).focus();
    more.askedBy = null;
    for (const hint of more.querySelectorAll("[data-asked]")) hint.hidden = true;
    /* What was typed stays in sight, because the next key sends it. */
    more.open = [...more.querySelectorAll("input:not([type=hidden]), textarea")].some((field) => (field.type === "radio" ? field.checked !== field.defaultChecked : field.value || field.validity.badInput));
  });

  const walk = (step) => {
    const rows = [...here().querySelectorAll("[data-rows] [data-row]")];
    if (!rows.length) return false;
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const row = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
    (row.matches("a, button") ? row : (row.querySelector("[data-main]") ?? row.querySelector("a, button, input") ?? row)).focus();
    row.scrollIntoView({ block: "nearest" });
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (document.body.dataset.shortcuts !== "on" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    /* A long name, such as Enter, is a key only where nothing is focused that has a use for it. */
    if (isTyping(event.target) || (event.key.length > 1 && event.target.closest("a, button, summary, input, dialog"))) return;
    if (event.key.length > 1 && !declared().some((one) => one.dataset.key === event.key)) return;
    const now = Date.now();
    typed = now - last > PAUSE ? [] : typed;
    last = now;
    typed.push(event.key);
    const keys = declared();
    for (let from = 0; from < typed.length; from += 1) {
      const sequence = typed.slice(from).join(" ");
      const element = keys.findLast((one) => one.dataset.key === sequence);
      if (element) {
        event.preventDefault();
        typed = [];
        return use(element);
      }
      if (keys.some((one) => one.dataset.key.startsWith(`${sequence} `))) return;
    }
    typed = [];
    if ((event.key === "j" || event.key === "k") && walk(event.key === "j" ? 1 : -1)) event.preventDefault();
  });

  /* The sheet */
  const label = (element) => {
    const copy = element.cloneNode(true);
    for (const key of copy.querySelectorAll("kbd")) key.remove();
    return element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? copy.textContent.replace(/\s+/g, " ").trim();
  };
  const line = (list, words, keys) => {
    const term = document.createElement("dt");
    const value = document.createElement("dd");
    term.textContent = words;
    keys.split(" ").forEach((key, at) => {
      const cap = document.createElement("kbd");
      cap.textContent = key;
      value.append(at ? " " : "", cap);
    });
    list.append(term, value);
  };
  document.addEventListener("opened", (event) => {
    if (event.target.id !== "help") return;
    const sheet = document.getElementById("help-keys");
    const groups = new Map();
    const group = (name) => {
      const title = name === "everywhere" ? sheet.dataset.everywhere : name || sheet.dataset.page;
      if (!groups.has(title)) groups.set(title, document.createElement("dl"));
      return groups.get(title);
    };
    const elements = [...document.querySelectorAll("[data-key]")].filter((element) => element.dataset.key);
    const shown = new Set();
    for (const element of elements.sort((one, other) => (one.dataset.keyGroup === "everywhere") - (other.dataset.keyGroup === "everywhere"))) {
      if (shown.has(element.dataset.key)) continue;
      shown.add(element.dataset.key);
      line(group(element.dataset.keyGroup), label(element), element.dataset.key);
    }
    if (document.querySelector("[data-rows]")) {
      line(group(""), sheet.dataset.next, "j");
      line(group(""), sheet.dataset.previous, "k");
    }
    line(group("everywhere"), sheet.dataset.palette, "Ctrl K");
    sheet.replaceChildren();
    for (const [title, list] of groups) {
      const section = document.createElement("section");
      const heading = document.createElement("h3");
      heading.textContent = title;
      section.append(heading, list);
      sheet.append(section);
    }
  });
})();
