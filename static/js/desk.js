/* The desk's keys of a single letter, where they are on (data-keys), the words of prepared reasons, and answers that go along. */
(() => {
  "use strict";
  const find = (selector) => document.querySelector(selector);
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const isTyping = (one) => one.closest("textarea, select, input:not([type=radio], [type=checkbox])");

  const step = (by) => {
    const all = rows();
    const at = all.indexOf(document.activeElement);
    all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)]?.focus();
  };
  const reach = (one, key) => {
    one.closest("details")?.setAttribute("open", "");
    one.scrollIntoView({ block: "nearest" });
    one.focus();
    if (one.matches("a, button") || /\d/.test(key)) one.click();
  };

  document.addEventListener("keydown", (event) => {
    if (!find("[data-keys]") || isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j" || event.key === "k") {
      event.preventDefault();
      return step(event.key === "j" ? 1 : -1);
    }
    const one = /^[a-z1-9]$/.test(event.key) && find(`[data-keys] [data-key~="${event.key}"]`);
    if (one) {
      event.preventDefault();
      reach(one, event.key);
    }
  });

  // A prepared reason is written into the box unless the curator has changed what stands there.
  let filled = "";
  document.addEventListener("change", (event) => {
    const box = event.target.dataset.fills && document.getElementById(event.target.dataset.fills);
    if (!box) return;
    if (box.value.trim() && box.value !== filled) return;
    filled = box.value = event.target.selectedOptions[0].dataset.words;
  });

  // Answers that nobody kept yet go along with the decision.
  document.addEventListener("formdata", (event) => {
    const questions = event.target.matches(".decision") && find(".questions");
    if (!questions) return;
    for (const [name, value] of new FormData(questions)) if (name !== "csrf_token") event.formData.set(name, value);
  });
})();
