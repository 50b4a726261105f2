// How much room a long text has left, once it comes near its end: the browser stops it there without a word.
const NEAR = 0.1;

/** The line that belongs below a textarea. */
export function counterOf(box) {
  const line = document.createElement("p");
  line.className = "hint soft";
  line.setAttribute("role", "status");
  const count = () => {
    const left = box.maxLength - box.value.length;
    line.hidden = left > box.maxLength * NEAR;
    line.textContent = line.hidden ? "" : left > 0 ? `还可以写 ${left} 字` : `写满了，最多 ${box.maxLength} 字`;
  };
  box.addEventListener("input", count);
  count();
  return line;
}

const countAll = (root) => {
  for (const box of root.querySelectorAll("textarea[maxlength]:not([data-counted])")) {
    box.dataset.counted = "";
    box.after(counterOf(box));
  }
};

export function startCounters() {
  countAll(document);
  document.addEventListener("htmx:load", ({ target }) => countAll(target));
}
