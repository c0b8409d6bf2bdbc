/* The page of a lead: parts on phones, focus on the note, moving through the checklist, dialogs that are done. */
(() => {
  "use strict";
  const page = document.querySelector(".lead-page");
  if (!page) return;

  /* On phones one part at a time; without this they follow each other. */
  const columns = page.querySelector(".lead");
  const links = [...page.querySelectorAll(".lead-parts a")];
  const show = (link) => {
    columns.dataset.part = link.hash.slice(1);
    for (const one of links) one.toggleAttribute("aria-current", one === link);
    link.setAttribute("aria-current", "true");
  };
  for (const link of links) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      show(link);
    });
  }
  page.classList.add("in-parts");
  const reveal = (id) => {
    const place = document.getElementById(id);
    const part = place?.closest(".lead-column");
    if (part) show(links.find((link) => link.hash === `#${part.id}`));
    return place;
  };
  if (location.hash) reveal(location.hash.slice(1))?.scrollIntoView({ block: "start" });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-focus]");
    if (button) reveal(button.dataset.focus).focus();
    const jump = event.target.closest('.lead-page a[href^="#paper-"]');
    if (jump) {
      event.preventDefault();
      const place = reveal(jump.hash.slice(1))?.closest(".paper");
      place?.scrollIntoView({ block: "center" });
      place?.querySelector("input[type=file]")?.focus();
    }
  });

  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field.matches("textarea")) {
      event.preventDefault();
      field.form?.requestSubmit();
      return;
    }
    /* Enter saves an answer and goes on; the form is not sent as a whole. */
    if (event.key === "Enter" && field.matches("#checklist input:not([type=submit])")) {
      event.preventDefault();
      const fields = [...document.querySelectorAll("#checklist :is(input:not([type=hidden]), select, textarea)")];
      fields[fields.indexOf(field) + 1]?.focus() ?? field.blur();
    }
  });

  /* Arrow keys pass other answers on the way to the one that is meant, and an address is typed part by part:
     saved once the focus leaves the item, or has rested on a choice for a moment. */
  let passing = null;
  let arrow = false;
  const settle = () => {
    if (!passing) return;
    const { field, timer } = passing;
    passing = null;
    clearTimeout(timer);
    if (field.isConnected) field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  document.addEventListener("keydown", (event) => (arrow = event.key.startsWith("Arrow")), true);
  document.addEventListener("pointerdown", () => (arrow = false), true);
  document.addEventListener("change", (event) => {
    const field = event.target;
    const isPart = field.matches("#checklist .parts input");
    if (!event.isTrusted || !(isPart || (arrow && field.matches("#checklist :is(select, [type=radio])")))) return;
    event.stopPropagation();
    clearTimeout(passing?.timer);
    passing = { field, timer: isPart ? 0 : setTimeout(settle, 1000) };
  }, true);
  document.addEventListener("focusout", (event) => {
    const item = passing?.field.closest(".item");
    if (item?.contains(event.target) && !item.contains(event.relatedTarget)) settle();
  });

  /* The next item that is still open. */
  const unanswered = () => [...document.querySelectorAll("#checklist .item.todo:not(.hidden-item)")];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "u" || document.body.dataset.shortcuts !== "on" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, dialog") || document.querySelector("dialog[open]")) return;
    const here = event.target.closest(".item");
    const open = unanswered();
    const after = here ? open.find((item) => item !== here && here.compareDocumentPosition(item) & Node.DOCUMENT_POSITION_FOLLOWING) : null;
    const next = after ?? open[0];
    if (!next) return;
    event.preventDefault();
    reveal(next.id);
    (next.querySelector("input:not([type=hidden]), select, textarea") ?? next.querySelector("p a"))?.focus();
    next.scrollIntoView({ block: "center" });
  });

  /* A sheet that did its work is gone; whoever opened it has the focus again. */
  let opener = null;
  const goBack = () => [...document.querySelectorAll(".lead-page a[href]")].find((link) => link.getAttribute("href") === opener)?.focus();
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target?.id === "sheet" && !event.target.closest("#sheet")) opener = event.target.id || event.target.getAttribute("href");
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id !== "sheet" || event.detail.target.firstElementChild) return;
    goBack();
  });
  document.addEventListener("close", (event) => {
    if (!event.target.closest?.("#sheet") || event.target.hasAttribute("data-stays")) return;
    setTimeout(() => {
      if (event.target.open) return;
      event.target.remove();
      /* Opened by a key, it took the focus from nobody. */
      if (document.activeElement === document.body) goBack();
    });
  }, true);
})();
