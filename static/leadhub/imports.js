/* What a column may become is in the page once; each list is filled from there. */
(() => {
  "use strict";
  const fields = document.getElementById("fields");
  for (const list of document.querySelectorAll("select[data-fields]")) {
    const chosen = list.value;
    list.append(fields.content.cloneNode(true));
    if (list.querySelector(`optgroup option[value="${CSS.escape(chosen)}"]`)) list.querySelector("[data-chosen]")?.remove();
    list.value = chosen;
  }
})();
