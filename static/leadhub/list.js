/* The list: rows are selected (box, Shift-click, x, X), edited in place, and what is selected is counted. */
(() => {
  "use strict";
  const form = document.getElementById("bulk");
  const find = (id) => document.getElementById(id);

  /* An address without what was left empty. */
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "get") return;
    for (const field of event.target.querySelectorAll("input, select")) if (field.name && !field.value) field.disabled = true;
  });
  addEventListener("pageshow", () => {
    for (const field of document.querySelectorAll("form[method=get] :disabled")) field.disabled = false;
  });
  if (!form) return;

  const picked = find("picked");
  const all = form.elements.all;
  const head = find("pick-all");
  const boxes = () => [...document.querySelectorAll("tbody input[name=lead]")];
  const rows = () => [...document.querySelectorAll("tbody tr[data-row]")];
  let last = null;
  let here = null;

  const count = () => {
    const chosen = boxes().filter((box) => box.checked).length;
    for (const row of rows()) row.classList.toggle("picked", row.querySelector("input[name=lead]")?.checked ?? false);
    head.checked = chosen > 0 && chosen === boxes().length;
    head.indeterminate = chosen > 0 && !head.checked;
    if (all.checked && !head.checked) all.checked = false;
    const words = all.checked ? picked.dataset.all : chosen === 1 ? picked.dataset.one : chosen ? picked.dataset.many.replace("%s", chosen) : picked.dataset.none;
    if (picked.textContent !== words) picked.textContent = words;
    form.dataset.chosen = chosen;
    all.closest("label").hidden = !head.checked;
  };
  const pick = (row, extend) => {
    const box = row?.querySelector("input[name=lead]");
    if (!box) return;
    const span = boxes();
    const from = span.indexOf(last);
    if (extend && from >= 0) {
      const [low, high] = [from, span.indexOf(box)].sort((one, other) => one - other);
      for (const one of span.slice(low, high + 1)) one.checked = true;
    } else box.checked = !box.checked;
    last = box;
    count();
  };

  head.hidden = false;
  head.addEventListener("change", () => {
    for (const box of boxes()) box.checked = head.checked;
    count();
  });
  all.addEventListener("change", () => {
    if (all.checked) for (const box of boxes()) box.checked = true;
    const wanted = all.checked;
    count();
    all.checked = wanted;
  });
  document.addEventListener("click", (event) => {
    const box = event.target.closest("input[name=lead]");
    if (!box) return;
    if (event.shiftKey && last && last !== box) {
      const wanted = box.checked;
      const span = boxes();
      const [low, high] = [span.indexOf(last), span.indexOf(box)].sort((one, other) => one - other);
      for (const one of span.slice(low, high + 1)) one.checked = wanted;
    }
    last = box;
    count();
  });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest("tr[data-row]");
    if (row) here = row;
  });
  const current = () => document.activeElement?.closest?.("tr[data-row]") ?? (here?.isConnected ? here : rows()[0]);

  const edit = (row, part) => {
    const link = row?.querySelector(part ? `[data-edits=${part}]` : "[data-edits]");
    if (!link) return;
    const query = encodeURIComponent(form.elements.query.value);
    htmx.ajax("GET", `${link.getAttribute("href")}&query=${query}`, { source: row, target: row, swap: "outerHTML" });
  };
  const acts = {
    "pick": () => pick(current(), false),
    "pick-to": () => pick(current(), true),
    "edit": () => edit(current()),
    "bar": () => {
      if (form.dataset.chosen !== "0") form.querySelector(".doings button").focus();
      else if (!document.querySelector("#notices .unpicked")) document.dispatchEvent(new CustomEvent("says", { detail: "unpicked" }));
    },
  };
  document.addEventListener("click", (event) => {
    const act = event.target.closest("[data-acts]");
    if (act) acts[act.dataset.acts]();
    const link = event.target.closest("a[data-edits]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      edit(link.closest("tr"), link.dataset.edits);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") event.target.closest?.("tr.editing")?.querySelector("[data-cancels]").click();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const row = event.target.closest?.("tr[data-row]") ?? (here && find(here.id));
    if (!row || document.querySelector("dialog[open]")) return;
    const alone = document.activeElement === document.body || document.activeElement === row;
    if (alone) (row.querySelector("[autofocus]") ?? row.querySelector("[role=alert] input, [data-main]"))?.focus();
    count();
  });
  addEventListener("pageshow", count);
  count();
})();
