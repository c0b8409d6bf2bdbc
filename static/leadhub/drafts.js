/* What is typed and not sent yet.

   data-keep="name"       a field whose draft survives a reload; forgotten when it is sent, and on signing out
   data-guard             a form that asks before its unsaved changes are left */
(() => {
  "use strict";
  /* Of this tab only. */
  const keepName = (field) => `draft ${location.pathname} ${field.dataset.keep}`;
  const keptIn = (form) => [...form.querySelectorAll("[data-keep]")].map(keepName);
  const forget = (names) => names.forEach((name) => sessionStorage.removeItem(name));
  /* What leads to another page has arrived once that is here; unless it is the page to sign in, which knows
     nothing of drafts and leads back to where they were typed. */
  const sent = JSON.parse(sessionStorage.getItem("sent") ?? "[]");
  sessionStorage.removeItem("sent");
  if (!document.referrer.includes("/login/?")) forget(sent);
  const mark = (form) => sessionStorage.setItem("sent", JSON.stringify(keptIn(form)));

  document.addEventListener("input", (event) => {
    if (event.target.dataset.keep) sessionStorage.setItem(keepName(event.target), event.target.value);
    const guard = event.target.closest("form[data-guard]");
    if (guard) guard.isDirty = true;
  });
  document.addEventListener("submit", (event) => {
    event.target.isDirty = false;
    if (event.target.hasAttribute("hx-post") || event.target.hasAttribute("hx-put")) return;
    if (!event.target.closest("[hx-boost]")) mark(event.target);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.nodeName !== "FORM") return;
    if (event.detail.successful) forget(keptIn(event.target));
    else if (event.detail.xhr.getResponseHeader("HX-Redirect")) mark(event.target);
  });
  addEventListener("beforeunload", (event) => {
    if ([...document.querySelectorAll("form[data-guard]")].some((form) => form.isDirty)) event.preventDefault();
  });

  const restore = (root) => {
    for (const field of root.querySelectorAll("[data-keep]")) {
      const draft = sessionStorage.getItem(keepName(field));
      if (field.value || !draft) continue;
      field.value = draft;
      /* The next key sends it, so it is in sight. */
      const more = field.closest("details.more");
      if (more) more.open = true;
    }
  };
  restore(document);
  document.addEventListener("htmx:load", (event) => restore(event.detail.elt.parentElement ?? document));
})();
