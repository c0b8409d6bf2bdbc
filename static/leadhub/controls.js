/* Menus, dialogs, confirmations, tabs, copying, notices and what htmx could not do. Words stand in the page.

   data-opens="id"        opens a dialog              data-closes        closes the one around it
   data-confirm="text"    asks first, on a form, a button or a link; data-confirm-label names the button
   data-copy="text"       copies it; data-copy-from="id" copies what that element holds
   data-tabs              on a ul of links to #panels: shows one of them at a time
   data-submits           a field that sends its form when it changes
   data-asks="name"       a button that needs this field: pressed without it, it asks; Enter in the field presses it */
(() => {
  "use strict";
  const find = (id) => document.getElementById(id);

  const say = (id, which) => {
    const notice = find(id).content.firstElementChild.cloneNode(true);
    for (const text of notice.querySelectorAll("[data-text]")) text.hidden = text.dataset.text !== which;
    find("notices").append(notice);
    fade(notice);
  };

  document.addEventListener("says", (event) => say(event.detail));

  /* A success fades by itself, unless it offers something or somebody is at it. */
  const fade = (notice) => {
    if (!notice.classList.contains("success") || notice.querySelector("form, a")) return;
    setTimeout(() => (notice.matches(":hover, :focus-within") ? fade(notice) : notice.remove()), 6000);
  };

  const open = (dialog) => {
    if (dialog.open) return;
    dialog.returnTo = document.activeElement;
    dialog.showModal();
    dialog.dispatchEvent(new CustomEvent("opened", { bubbles: true }));
  };
  document.addEventListener("close", (event) => event.target.returnTo?.isConnected && event.target.returnTo.focus(), true);

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const field = document.createElement("textarea");
      field.value = text;
      (document.querySelector("dialog[open]") ?? document.body).append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    say("copied");
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const field = form.elements.namedItem(event.submitter?.dataset.asks ?? "");
    if (!field || field.value || form.elements.namedItem("when")?.value) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const more = field.closest("details");
    if (more) {
      more.open = true;
      more.askedBy = event.submitter;
    }
    for (const hint of form.querySelectorAll("[data-asked]")) hint.hidden = false;
    field.focus();
  }, true);
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    const asks = event.key === "Enter" && field.form && [...field.form.querySelectorAll("[data-asks]")].find((button) => button.dataset.asks === field.name);
    if (!asks) return;
    event.preventDefault();
    field.form.requestSubmit(asks);
  });

  /* Confirmations: the step is taken again once it was agreed to. */
  const agreed = new WeakSet();
  const confirmed = (element, step) => {
    const dialog = find("confirm");
    const yes = find("confirm-yes");
    find("confirm-text").textContent = element.dataset.confirm;
    yes.textContent = element.dataset.confirmLabel ?? yes.dataset.label;
    yes.onclick = () => {
      dialog.close();
      step();
    };
    open(dialog);
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const asks = event.submitter?.dataset.confirm ? event.submitter : form.dataset.confirm ? form : null;
    if (!asks || agreed.delete(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    confirmed(asks, () => {
      agreed.add(form);
      form.requestSubmit(event.submitter ?? undefined);
    });
  }, true);

  /* Which workspace a form was made in: another tab may have changed to another one meanwhile. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.elements.namedItem("_desk")) return;
    if (form.enctype === "multipart/form-data") {
      const address = new URL(form.action);
      address.searchParams.set("_desk", document.body.dataset.desk);
      form.action = address;
      return;
    }
    const desk = document.createElement("input");
    desk.type = "hidden";
    desk.name = "_desk";
    desk.value = document.body.dataset.desk;
    form.append(desk);
  }, true);

  document.addEventListener("click", (event) => {
    const at = event.target.closest("button, a, summary");
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
    if (event.target.nodeName === "DIALOG" && !event.target.hasAttribute("data-stays")) event.target.close();
    if (!at) return;
    const { opens, copy: text, copyFrom } = at.dataset;
    if (opens) {
      event.preventDefault();
      for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
      open(find(opens));
    }
    if ("closes" in at.dataset) at.closest("dialog").close();
    if ("dismisses" in at.dataset) at.closest(".notice").remove();
    if (text !== undefined) copy(text);
    if (copyFrom) copy(find(copyFrom).value ?? find(copyFrom).textContent);
    if (at.nodeName === "A" && at.dataset.confirm && !agreed.delete(at)) {
      event.preventDefault();
      confirmed(at, () => {
        agreed.add(at);
        at.click();
      });
    }
  });

  /* Drafts may hold personal data. */
  document.addEventListener("submit", (event) => "signsOut" in event.target.dataset && sessionStorage.clear());

  document.addEventListener("change", (event) => {
    if ("submits" in event.target.dataset) event.target.form.requestSubmit();
  });

  /* Menus by keys */
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details.menu");
    if (!menu) return;
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.target.matches("input, textarea, select")) return;
    event.preventDefault();
    menu.open = true;
    const entries = [...menu.querySelectorAll(".drop :is(a, button, input)")];
    const next = entries.indexOf(document.activeElement) + step;
    entries.at(next < 0 && step > 0 ? 0 : next % entries.length)?.focus();
  });

  /* Tabs: links to panels without this, one panel at a time with it. */
  const makeTabs = (list) => {
    const tabs = [...list.querySelectorAll("a")];
    const show = (chosen) => {
      for (const tab of tabs) {
        const panel = find(tab.hash.slice(1));
        const here = tab === chosen;
        tab.setAttribute("aria-selected", here);
        tab.tabIndex = here ? 0 : -1;
        panel.hidden = !here;
      }
    };
    list.setAttribute("role", "tablist");
    for (const tab of tabs) {
      const panel = find(tab.hash.slice(1));
      tab.id ||= `tab-${panel.id}`;
      tab.parentElement.setAttribute("role", "presentation");
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", panel.id);
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
      tab.addEventListener("click", (event) => {
        event.preventDefault();
        history.replaceState(history.state, "", tab.hash);
        show(tab);
      });
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
        next.focus();
        next.click();
      });
    }
    show(tabs.find((tab) => tab.hash === location.hash) ?? tabs[0]);
  };

  const prepare = (root) => {
    for (const list of root.querySelectorAll("[data-tabs]:not([role])")) makeTabs(list);
    for (const notice of root.querySelectorAll(".notice")) fade(notice);
    for (const dialog of root.querySelectorAll("dialog[data-open]")) open(dialog);
  };
  prepare(document);
  /* A strip that scrolls begins where one is. */
  for (const here of document.querySelectorAll(":is(.places, .tabs) [aria-current]")) {
    const strip = here.closest(".places, .tabs");
    strip.scrollLeft += here.getBoundingClientRect().left - strip.getBoundingClientRect().left - (strip.clientWidth - here.clientWidth) / 2;
  }
  document.addEventListener("htmx:load", (event) => event.detail.elt !== document.body && prepare(event.detail.elt.parentElement ?? document));

  /* What a swap took the focus from is followed by the heading of what came in its place; what else came along
     has settled before that. Another's answer may come in between: only what took the focus away gives it back. */
  let focused = null;
  const took = new WeakSet();
  document.addEventListener("htmx:beforeSwap", () => (focused = document.activeElement));
  document.addEventListener("htmx:afterSwap", (event) => focused && !focused.isConnected && took.add(event.detail.xhr));
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!took.has(event.detail.xhr) || document.activeElement !== document.body) return;
    const came = find(event.detail.target?.id);
    const place = came?.firstElementChild ? came : event.target.isConnected ? event.target : find("main");
    const heading = place.querySelector("[autofocus], h1, h2, h3") ?? place;
    if (!heading.matches("a, button, input, select, textarea")) heading.tabIndex = -1;
    heading.focus();
  });
  document.addEventListener("htmx:confirm", (event) => {
    const { elt, issueRequest } = event.detail;
    if (!elt.dataset.confirm || elt.nodeName === "FORM") return;
    event.preventDefault();
    confirmed(elt, () => issueRequest(true));
  });
  /* A part says in its own place that it could not be made. */
  const trouble = (event, what) => {
    const broken = event.detail.target?.querySelector("[data-broken]");
    if (!broken) return say("trouble", what);
    breakOff(broken);
  };
  const breakOff = (broken) => {
    for (const part of broken.parentElement.children) part.hidden = part !== broken && part.nodeName !== "H2";
  };
  document.addEventListener("htmx:responseError", (event) => trouble(event, "broke"));
  document.addEventListener("htmx:sendError", (event) => trouble(event, "away"));
  document.addEventListener("htmx:timeout", (event) => trouble(event, "away"));

  /* Printing takes the whole page: parts that were not in sight yet are fetched first, and the browser is kept
     waiting for them, because it prints as soon as this is through. */
  const fetchNow = (part) => {
    const request = new XMLHttpRequest();
    request.open("GET", part.getAttribute("hx-get"), false);
    const headers = { ...JSON.parse(document.body.getAttribute("hx-headers")), "HX-Request": "true" };
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    try {
      request.send();
    } catch {
      return null;
    }
    return request.status === 200 && !request.getResponseHeader("HX-Redirect") ? request.responseText : null;
  };
  addEventListener("beforeprint", () => {
    for (const broken of document.querySelectorAll("[hx-get] > [data-broken][hidden]")) {
      const part = broken.parentElement;
      const text = fetchNow(part);
      if (text === null) {
        breakOff(broken);
        continue;
      }
      /* It came into sight, as far as htmx is concerned. */
      part.setAttribute("data-hx-revealed", "true");
      htmx.swap(part, text, { swapStyle: "innerHTML" });
    }
  });

  /* Who types a day and a time means it. */
  document.addEventListener("input", (event) => {
    const choice = event.target.name === "at" && event.target.form?.querySelector("[name=when][value=at]");
    if (choice) choice.checked = true;
  });
})();
