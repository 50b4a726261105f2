// What every page does: htmx with refusals in the right place, toasts, dialogs, menus, the clock.
import htmx from "htmx";
import { startLights } from "ui/lights";
import { startKeys } from "ui/keys";
import { startPhotos } from "ui/photos";
import { startFiles } from "ui/files";
import { startCounters } from "ui/counter";
import { startSearch } from "ui/search";
import { startSift } from "ui/sift";
import { startLive } from "ui/live";

const LOST = "没有连上服务器，填写的内容还在，请再试一次。";
const BROKEN = "服务器出错，这一步没有办成。";

/** One sentence at the bottom of the page, for what the person just did. */
function toast(sentence) {
  const box = document.createElement("div");
  box.className = "toast";
  box.dataset.toast = "";
  box.textContent = sentence;
  document.getElementById("toasts")?.replaceChildren(box);
  expire(box);
  return box;
}

function expire(box) {
  let timer = setTimeout(() => box.remove(), 5000);
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", () => { timer = setTimeout(() => box.remove(), 2000); });
}

/** Where the refusal of a request is shown: the form's own slot, else the toasts. */
const slotOf = (element) =>
  element.closest("form")?.querySelector("[data-errors]") ?? document.getElementById("toasts");

/** The inputs of a field: one of its own name, or those of its parts. */
const PARTS = ["", "_lon", "_lat", "_value", "_unit"];
const inputsOf = (form, name) =>
  PARTS.map((part) => form.elements.namedItem(name + part)).filter((one) => one instanceof HTMLElement);

function markFields(slot) {
  const form = slot.closest("form");
  if (!form) return;
  for (const old of form.querySelectorAll("[data-told]")) old.remove();
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  for (const link of slot.querySelectorAll("[data-field]")) {
    const inputs = inputsOf(form, link.dataset.field);
    if (!inputs.length) continue;
    for (const input of inputs) input.setAttribute("aria-invalid", "true");
    link.href = `#${inputs[0].id}`;
    const told = document.createElement("p");
    told.className = "error";
    told.dataset.told = "";
    const sign = slot.querySelector("svg").cloneNode(true);
    sign.classList.remove("i-20");
    told.append(sign, link.textContent);
    inputs[0].closest(".field")?.append(told);
  }
  slot.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (xhr.status < 400) return;
  const isSlip = xhr.status < 500 && xhr.responseText.includes("data-refusal");
  event.detail.shouldSwap = isSlip;
  if (!isSlip) return void toast(BROKEN);
  event.detail.target = slotOf(requestConfig.elt);
  event.detail.swapOverride = "innerHTML";
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.xhr.status >= 400) markFields(event.detail.target);
});

/** What asks again and again by itself says that it is old; the person did nothing that was lost. */
const asksOn = (elt) => elt.getAttribute("hx-trigger")?.startsWith("every");
document.addEventListener("htmx:sendError", ({ detail: { elt } }) => (asksOn(elt) ? elt.classList.add("stale") : toast(LOST)));
document.addEventListener("htmx:afterRequest", ({ detail: { elt, successful } }) => successful && elt.classList.remove("stale"));

/** After five seconds a running request says so and can be given up. */
const SLOW = 5000;
const running = new Map();

document.addEventListener("htmx:beforeRequest", ({ detail: { xhr, elt } }) => {
  running.set(xhr, setTimeout(() => {
    const box = toast("还在查，已 5 秒　");
    const cancel = box.appendChild(document.createElement("button"));
    Object.assign(cancel, { type: "button", textContent: "取消", onclick: () => htmx.trigger(elt, "htmx:abort") });
  }, SLOW));
});
document.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
  clearTimeout(running.get(xhr));
  running.delete(xhr);
});

/** While a write runs its button says so, keeps its width and cannot be pressed twice. */
function setBusy(button) {
  if (!button) return;
  button.setAttribute("aria-busy", "true");
  if (!button.dataset.busy) return;
  button.dataset.idle = button.innerHTML;
  button.replaceChildren(button.dataset.busy);
}

function setIdle(form) {
  delete form.dataset.sending;
  for (const button of form.querySelectorAll("[aria-busy]")) {
    button.removeAttribute("aria-busy");
    if (button.dataset.idle) button.innerHTML = button.dataset.idle;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if ("sending" in form.dataset) {
    // Not for htmx either: it would send the second press when the first is answered.
    event.stopImmediatePropagation();
    return void event.preventDefault();
  }
  form.dataset.sending = "";
  // After this turn, so that the pressed button's own value is still sent.
  setTimeout(() => {
    if (event.defaultPrevented && !form.hasAttribute("hx-post")) setIdle(form);
    else setBusy(event.submitter);
  });
}, true);
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, xhr } = event.detail;
  const form = elt.closest("form");
  // A page that is being left for another stays busy: a second press would do it again.
  if (form && !xhr.getResponseHeader("HX-Redirect")) setIdle(form);
});
addEventListener("pageshow", () => { for (const form of document.forms) setIdle(form); });

document.addEventListener("change", (event) => {
  event.target.closest("form[data-auto]")?.requestSubmit();
  const filled = document.getElementById(event.target.dataset?.fills ?? "");
  if (filled && event.target.value) filled.value = event.target.value;
});

/** Copies what an input holds; where the browser forbids it the text is selected, ready to be copied. */
async function copy(input) {
  input.select();
  try {
    await navigator.clipboard.writeText(input.value);
    toast("已复制。");
  } catch {
    toast("已选中，请手动复制。");
  }
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
  const copier = event.target.closest("[data-copy]");
  if (copier) copy(copier.parentElement.querySelector("input"));
  const opener = event.target.closest("[data-open]");
  if (opener) {
    event.preventDefault();
    document.getElementById(opener.dataset.open)?.showModal();
  }
  if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target) || opener) menu.open = false;
  }
});

/** The clock of the top bar counts on from the server's time, which is the city's. */
function startClock() {
  const clock = document.querySelector("[data-clock]");
  if (!clock) return;
  const [hour, minute] = clock.textContent.split(":").map(Number);
  const began = performance.now();
  setInterval(() => {
    const now = hour * 60 + minute + Math.floor((performance.now() - began) / 60000);
    clock.textContent = [Math.floor(now / 60) % 24, now % 60].map((n) => String(n).padStart(2, "0")).join(":");
  }, 5000);
}

/** Where the tabs do not fit, the current one is in sight. */
function showTab() {
  const tab = document.querySelector(".tabs [aria-current]");
  const bar = tab?.parentElement;
  if (bar) bar.scrollLeft = tab.offsetLeft - bar.offsetLeft - (bar.clientWidth - tab.offsetWidth) / 2;
}

// Its five seconds begin when the page is there: on a slow line it would be gone before it was seen.
addEventListener("load", () => { for (const box of document.querySelectorAll("[data-toast]")) expire(box); });
showTab();
startClock();
startLights();
startKeys();
startPhotos();
startFiles();
startCounters();
startSearch();
startSift();
startLive();
htmx.config.defaultSwapStyle = "outerHTML";
