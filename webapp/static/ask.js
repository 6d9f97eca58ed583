// Asking: a question under way says so and can be stopped, and its answer gets the focus. It stays the browser's own
// navigation: stopping is the browser's stop, upon which the server ends the question. Ctrl+Enter asks.

const FLAG = "factcite-asked";
const bar = document.importNode(document.querySelector("#asking-now").content, true).firstElementChild;
const progress = bar.querySelector("progress");
const counter = bar.querySelector("[data-say]");
const spoken = bar.querySelector("[role=status]");
let clock = null;

function begin() {
  const started = performance.now();
  const tick = () => {
    const seconds = Math.floor((performance.now() - started) / 1000);
    progress.value = Math.min(seconds, progress.max);
    counter.textContent = counter.dataset.say.replace("{seconds}", seconds);
  };
  clearInterval(clock);
  clock = setInterval(tick, 250);
  tick();
  bar.classList.remove("over");
  bar.hidden = false;
  spoken.textContent = bar.dataset.running;
  stored((storage) => storage.setItem(FLAG, "yes"));
}

function end(said) {
  clearInterval(clock);
  clock = null;
  stored((storage) => storage.removeItem(FLAG));
  spoken.textContent = said;
  bar.classList.add("over");
  bar.hidden = !said;
}

function stop() {
  if (clock === null) return;
  window.stop();
  end(bar.dataset.stopped);
}

/** The result of `use` on the storage; null where the page may not use it: the answer then does not get the focus. */
function stored(use) {
  try {
    return use(sessionStorage);
  } catch {
    return null;
  }
}

function showAnswer() {
  if (!stored((storage) => storage.getItem(FLAG))) return;
  stored((storage) => storage.removeItem(FLAG));
  const target = document.querySelector("#answer, #error h2");
  if (!target) return;
  target.tabIndex = -1;
  target.focus();
  target.scrollIntoView({ block: "start" });
}

const plainClick = (event) => event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);

document.body.append(bar);
document.addEventListener("submit", (event) => {
  if (event.target.matches("form[data-asks]")) begin();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("a[data-asks]") && plainClick(event)) begin();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") stop();
  const asks = event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("form[data-asks] textarea");
  if (asks) event.target.form.requestSubmit();
});
bar.querySelector("button").addEventListener("click", stop);
window.addEventListener("pageshow", (event) => {
  if (event.persisted) end("");
});
showAnswer();
