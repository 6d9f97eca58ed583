"use strict";
// The filter. Without it, the page still contains every finding, grouped and collapsed.
(() => {
  const box = document.getElementById("filter");
  if (!box) return;
  const words = document.getElementById("words");
  const severity = document.getElementById("severity");
  const file = document.getElementById("file");
  const said = document.getElementById("said");
  const items = [...document.querySelectorAll("[data-finding]")];
  const groups = [...document.querySelectorAll("details.group[data-groups]")];
  const texts = new Map();
  for (const item of items) {
    if (item.classList.contains("finding")) {
      texts.set(item.dataset.finding, (item.textContent + " " + item.dataset.code).toLowerCase());
    }
  }
  const fits = (item) =>
    (!severity.value || item.dataset.severity === severity.value) &&
    (!file.value || item.dataset.file === file.value) &&
    words.value.toLowerCase().split(/\s+/).every((word) => (texts.get(item.dataset.finding) || "").includes(word));
  const show = () => {
    const active = Boolean(words.value.trim() || severity.value || file.value);
    for (const item of items) item.hidden = !fits(item);
    for (const group of groups) {
      const left = [...group.querySelectorAll("[data-finding]")].filter((item) => !item.hidden).length;
      group.hidden = left === 0;
      group.querySelector(".count").textContent = left === Number(group.dataset.groups)
        ? String(left) : `${left} of ${group.dataset.groups}`;
      if (active && group.dataset.kind === "rule") group.open = true;
    }
    const all = items.filter((item) => item.classList.contains("finding"));
    said.textContent = active ? `${all.filter((item) => !item.hidden).length} of ${all.length} findings shown` : "";
  };
  const open = (value) => { for (const group of groups) if (group.dataset.kind === "rule") group.open = value; };
  for (const field of [words, severity, file]) field.addEventListener("input", show);
  document.getElementById("unfold").addEventListener("click", () => open(true));
  document.getElementById("fold").addEventListener("click", () => open(false));
  addEventListener("beforeprint", () => { for (const each of document.querySelectorAll("details")) each.open = true; });
  box.hidden = false;
})();
