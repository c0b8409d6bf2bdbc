/* The palette: Ctrl or Cmd with K. The server finds leads and pages; what this page can do is added here.
   data-command="words" offers an element that has no key of its own. */
(() => {
  "use strict";
  const dialog = document.getElementById("palette");
  const query = document.getElementById("palette-query");
  const found = document.getElementById("palette-found");
  if (!dialog) return;
  let chosen = -1;
  /* What is listed belongs to fewer letters than were typed: Enter then waits for the answer. */
  let isStale = false;
  let isWanted = false;

  const options = () => [...found.querySelectorAll("a[role=option], button[role=option]")];
  const choose = (at) => {
    const all = options();
    chosen = all.length ? (at + all.length) % all.length : -1;
    all.forEach((option, number) => option.setAttribute("aria-selected", number === chosen));
    const option = all[chosen];
    if (option) {
      query.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else query.removeAttribute("aria-activedescendant");
  };

  const words = (element) => {
    const copy = element.cloneNode(true);
    for (const key of copy.querySelectorAll("kbd")) key.remove();
    return element.dataset.command || element.dataset.keyLabel || element.getAttribute("aria-label") || copy.textContent.replace(/\s+/g, " ").trim();
  };
  const addPage = () => {
    found.querySelector("#palette-page")?.remove();
    const wanted = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    const seen = new Set([...found.querySelectorAll(".what")].map((one) => one.textContent));
    const group = document.createElement("div");
    group.id = "palette-page";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", found.dataset.pageGroup);
    const title = document.createElement("p");
    title.className = "group";
    title.setAttribute("aria-hidden", "true");
    title.textContent = found.dataset.pageGroup;
    group.append(title);
    for (const element of document.querySelectorAll("[data-command], [data-key]:not(.side a, #find)")) {
      const text = words(element);
      if (element.disabled || element.closest("dialog") || seen.has(text) || !wanted.every((word) => text.toLowerCase().includes(word))) continue;
      seen.add(text);
      const option = document.createElement("button");
      const what = document.createElement("span");
      what.className = "what";
      what.textContent = text;
      option.type = "button";
      option.id = `palette-does-${seen.size}`;
      option.tabIndex = -1;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.append(what);
      if (element.dataset.key) {
        const key = document.createElement("kbd");
        key.textContent = element.dataset.key;
        option.append(key);
      }
      option.addEventListener("click", () => {
        dialog.returnTo = null;
        dialog.close();
        if (element.nodeName === "FORM") element.requestSubmit();
        else if (element.matches("input, textarea, select")) element.focus();
        else element.click();
      });
      group.append(option);
    }
    if (group.children.length > 1) found.append(group);
    choose(0);
  };

  const take = () => {
    isWanted = false;
    options()[chosen]?.click();
  };

  const open = () => {
    if (dialog.open) return dialog.close();
    dialog.returnTo = document.activeElement;
    query.value = "";
    isStale = isWanted = false;
    found.replaceChildren();
    addPage();
    dialog.showModal();
    query.focus();
    dialog.querySelector("form").dispatchEvent(new CustomEvent("opened"));
  };

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      open();
    }
  });
  document.getElementById("palette-opens").addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open();
  });
  found.addEventListener("htmx:afterSwap", (event) => {
    /* An answer to fewer letters may arrive while more are typed. */
    isStale = event.detail.requestConfig.parameters.query !== query.value;
    addPage();
    if (isWanted && !isStale) take();
  });
  query.addEventListener("input", () => {
    isStale = true;
    isWanted = false;
  });
  query.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      choose(chosen + step);
    } else if (event.key === "Escape") {
      /* Left alone, a search field would take the first one to empty itself. */
      event.preventDefault();
      event.stopPropagation();
      dialog.close();
    } else if (event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      if (isStale) isWanted = true;
      else take();
    }
  });
  dialog.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
})();
