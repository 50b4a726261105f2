// File fields in the page's own words: the browser's button speaks the browser's language.
const empty = (input) => `${input.accept.startsWith("image") ? "选择照片" : "选择文件"}${input.multiple ? "，可以多选" : ""}`;

const chosen = (input) => [...input.files].map((file) => file.name).join("、");

const say = (input) => { input.nextElementSibling.textContent = chosen(input) || empty(input); };

function box(input) {
  const frame = document.createElement("span");
  frame.className = "filebox";
  const words = document.createElement("span");
  words.className = "words";
  words.setAttribute("aria-hidden", "true");
  input.replaceWith(frame);
  frame.append(input, words);
  input.addEventListener("change", () => say(input));
  input.form?.addEventListener("reset", () => setTimeout(() => say(input)));
  say(input);
}

const boxAll = (root) => {
  for (const input of root.querySelectorAll("input[type=file]")) if (!input.closest(".filebox")) box(input);
};

export function startFiles() {
  boxAll(document);
  document.addEventListener("htmx:load", ({ target }) => boxAll(target));
}
