// Counts the lights on every 30 s; a change of colour is announced once, at most one message in 10 s.
const SIGNS = {
  amber: '<path class="shape" d="M7 .6L13.8 12.8H.2z"/>',
  red: '<path class="shape" d="M1 1h12v12H1z"/>',
};
const RING = 31.4;
const born = new WeakMap();
let silentUntil = 0;

/** 2天 3小时, 1小时 05分, 26分; the same words as kernel.ui.words.duration. */
export function duration(seconds) {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor((minutes % 1440) / 60);
  const rest = minutes % 60;
  if (days) return hours ? `${days}天 ${hours}小时` : `${days}天`;
  if (hours) return rest ? `${hours}小时 ${String(rest).padStart(2, "0")}分` : `${hours}小时`;
  return `${rest}分`;
}

const toneOf = (left, limit, near) => (left < 0 ? "red" : limit - left >= near * limit ? "amber" : "green");

/** Tell readers of the screen, at most once in 10 s. */
export function announce(sentence) {
  const announcer = document.getElementById("announcer");
  if (!announcer || performance.now() < silentUntil) return;
  silentUntil = performance.now() + 10000;
  announcer.textContent = sentence;
}

function repaint(light, tone) {
  const old = ["green", "amber", "red"].find((name) => light.classList.contains(`light-${name}`));
  if (old === tone) return;
  light.classList.replace(`light-${old}`, `light-${tone}`);
  light.querySelector("svg").innerHTML = SIGNS[tone];
  const name = light.closest("[data-row]")?.dataset.row ?? "这件案件";
  announce(`${name} ${tone === "red" ? "已超时" : "快到时限"}`);
}

function tick(light) {
  if (!born.has(light)) born.set(light, performance.now());
  const { left: start, limit: whole, near } = light.dataset;
  const left = Number(start) - (performance.now() - born.get(light)) / 1000;
  const tone = toneOf(left, Number(whole), Number(near));
  repaint(light, tone);
  light.querySelector(".words").textContent = tone === "red" ? `超 ${duration(Math.min(left, -60))}` : `剩 ${duration(left)}`;
  light.querySelector(".arc")?.setAttribute("stroke-dasharray", `${(Math.max(left / whole, 0) * RING).toFixed(1)} ${RING}`);
}

const tickAll = () => { for (const light of document.querySelectorAll("[data-light]")) tick(light); };

export function startLights() {
  for (const light of document.querySelectorAll("[data-light]")) born.set(light, performance.now());
  setInterval(tickAll, 30000);
}
