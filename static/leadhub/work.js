/* My work and focus mode: keys for the row that has the focus, the small forms in a dialog, the clock.
   Each of these is a link or a form that works without this. */
(() => {
  "use strict";
  const find = (id) => document.getElementById(id);
  const rows = () => [...document.querySelectorAll("[data-rows] [data-row]")];
  const enter = (row) => row?.querySelector("a, button")?.focus();

  /* A key that is held down is pressed once. */
  addEventListener("keydown", (event) => event.repeat && /^[0-9a-z]$/.test(event.key) && !event.target.closest("input, textarea, select") && event.stopImmediatePropagation(), true);

  document.addEventListener("keydown", (event) => {
    const off = document.body.dataset.shortcuts !== "on" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented;
    if (off || document.querySelector("dialog[open]") || event.target.closest("input, textarea, select") || !rows().length) return;
    const at = rows().findIndex((row) => row.contains(document.activeElement));
    if (event.key === "n") {
      event.preventDefault();
      enter(rows()[Math.min(at + 1, rows().length - 1)]);
      return;
    }
    const step = (rows()[at] ?? rows()[0]).querySelector(`[data-step="${CSS.escape(event.key)}"]`);
    if (!step) return;
    event.preventDefault();
    if (step.matches("input")) step.focus();
    else step.click();
  });

  /* The dialog opens with what was asked for, and closes once the queue is new. */
  let place = -1;
  document.addEventListener("htmx:beforeRequest", () => {
    const at = rows().findIndex((row) => row.contains(document.activeElement) || row.dataset.at === "here");
    if (at >= 0) place = at;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "queue" && find("panel").open) find("panel").close();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    /* Not sooner: until it is settled, its form would be sent as a whole page. */
    if (event.target.id === "panel-form") {
      const title = event.target.querySelector("[data-title]");
      find("panel-title").textContent = title?.textContent ?? "";
      if (title) title.hidden = true;
      if (!find("panel").open) find("panel").showModal();
      event.target.querySelector(":checked:is(input), input:not([type=hidden]), select, textarea")?.focus({ preventScroll: true });
    }
    if (event.target.id !== "queue") return;
    const here = rows();
    if (here.length) enter(here[Math.min(Math.max(place, 0), here.length - 1)]);
    else find("queue").querySelector(".empty a")?.focus();
  });

  /* One press, one call. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!("once" in form.dataset)) return;
    if (form.isSent) event.preventDefault();
    form.isSent = true;
  });
  addEventListener("pageshow", () => document.querySelectorAll("form[data-once]").forEach((form) => (form.isSent = false)));

  const tick = () => {
    for (const clock of document.querySelectorAll("[data-since]")) {
      const seconds = Math.max(0, Math.floor((Date.now() - new Date(clock.dataset.since)) / 1000));
      const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, "0"));
      clock.textContent = parts[0] === "00" ? parts.slice(1).join(":") : parts.join(":");
    }
  };
  if (document.querySelector("[data-since]")) {
    tick();
    setInterval(tick, 1000);
  }
})();
