/* Documents of a lead: looked at before they leave, dropped in, and how far they are. Words stand in the page. */
(() => {
  "use strict";
  const panel = document.getElementById("documents");
  if (!panel) return;
  const { most, largest, tooMany, tooLarge, empty, otherKind } = panel.dataset;

  /* What a file is, the server judges by its content; here only what is plainly something else is kept back. */
  const isOther = (file, accept) => {
    if (["", "application/octet-stream", "text/plain"].includes(file.type)) return false;
    return !accept.split(",").some((one) => (one.startsWith(".") ? file.name.toLowerCase().endsWith(one) : file.type.startsWith(one.replace("*", ""))));
  };
  const faultsOf = (input) => {
    const files = [...input.files];
    const faults = files.length > Number(most) ? [tooMany] : [];
    for (const file of files) {
      const words = file.size > Number(largest) ? tooLarge : file.size === 0 ? empty : isOther(file, input.accept) ? otherKind : "";
      if (words) faults.push(words.replace("%s", () => file.name));
    }
    return faults;
  };
  const tell = (form, sentences) => {
    const input = form.querySelector("[type=file]");
    input.setAttribute("aria-invalid", sentences.length > 0);
    form.querySelector(".told").replaceChildren(...sentences.map((text) => Object.assign(document.createElement("p"), { className: "problem", textContent: text })));
    return sentences.length === 0;
  };
  panel.addEventListener("change", (event) => event.target.type === "file" && tell(event.target.form, faultsOf(event.target)));

  /* On its way */
  const uploads = (event) => event.target.matches?.("form.upload") && event.target;
  const show = (form, sending) => {
    form.querySelector(".sending").hidden = !sending;
    form.querySelector(".sent").textContent = "";
    form.classList.remove("whole");
  };
  const move = (form, part) => {
    form.querySelector("progress").value = part;
    form.querySelector("[data-percent]").textContent = Math.floor(part * 100);
  };
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = uploads(event);
    if (!form) return;
    if (!tell(form, faultsOf(form.querySelector("[type=file]")))) return event.preventDefault();
    show(form, true);
    move(form, 0);
  });
  document.addEventListener("htmx:xhr:progress", (event) => {
    const form = uploads(event);
    /* The answer is progress of its own. */
    if (!form || form.classList.contains("whole") || !event.detail.lengthComputable) return;
    move(form, event.detail.loaded / event.detail.total);
    if (event.detail.loaded < event.detail.total) return;
    form.classList.add("whole");
    form.querySelector(".sent").textContent = form.querySelector(".sent").dataset.words;
  });
  document.addEventListener("htmx:afterRequest", (event) => uploads(event) && show(event.target, false));
  panel.addEventListener("click", (event) => {
    if (event.target.closest("[data-stops]")) htmx.trigger(event.target.closest("form"), "htmx:abort");
  });
  addEventListener("beforeunload", (event) => panel.querySelector(".sending:not([hidden])") && event.preventDefault());

  /* Dropped: onto an item it is for that item, elsewhere on the panel for none; beside it nothing happens. */
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
  const placeOf = (event) => panel.contains(event.target) && (event.target.closest(".paper") ?? panel.querySelector("#box-any"))?.querySelector("form.upload");
  const mark = (form) => {
    for (const one of panel.querySelectorAll("form.upload")) one.classList.toggle("over", one === form);
  };
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    const form = placeOf(event);
    event.preventDefault();
    event.dataTransfer.dropEffect = form ? "copy" : "none";
    mark(form);
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget ?? mark(null));
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    const form = placeOf(event);
    const input = form && form.querySelector("[type=file]");
    mark(null);
    if (!input || input.disabled) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    form.querySelector(".send").focus();
  });
})();
