// The screen of the duty room: its clock, the night from ten to six, the full screen, and what to show when there is no contact.
// Nothing on it moves but the clock; against burning in the picture shifts by some pixels now and then.
const NIGHT = { from: 22, to: 6 };
const SHIFT = 120_000;
const UNCHANGED = 600_000;
const SILENT = 10_000;
const SHIFTS = 4;

const two = (number) => String(number).padStart(2, "0");
const clockOf = (date) => `${two(date.getHours())}:${two(date.getMinutes())}`;
const fullClockOf = (date) => `${clockOf(date)}:${two(date.getSeconds())}`;

function tell(body, sentence, login) {
  const bar = document.getElementById("sc-lost");
  bar.hidden = !sentence;
  bar.textContent = sentence;
  body.toggleAttribute("data-lost", Boolean(sentence));
  if (login) bar.append(Object.assign(document.createElement("a"), { href: login, textContent: "重新登录" }));
}

/** Knows when the last answer came; a screen shows neither a login page nor an error, it says so and asks on. */
function contact(body) {
  let [last, changed, refused] = [Date.now(), Date.now(), false];
  const answered = (event) => {
    const { xhr } = event.detail;
    if (xhr.status >= 400) {
      event.preventDefault();
      refused = xhr.status === 401 || xhr.status === 403;
      if (refused) tell(body, `登录到期了，画面停在 ${fullClockOf(new Date(last))}。`, body.dataset.login);
      return;
    }
    [last, refused] = [Date.now(), false];
    if (xhr.status === 200) changed = last;
    tell(body, "");
    document.getElementById("sc-seen").textContent = `来源 监测网关 · 截至 ${fullClockOf(new Date(last))}`;
  };
  const look = () => {
    if (!refused && Date.now() - last > SILENT) tell(body, `${fullClockOf(new Date(last))} 起没有连上服务器，画面停在那一刻。连上以后自己恢复。`);
    body.toggleAttribute("data-still", Date.now() - changed > UNCHANGED);
  };
  return { answered, look };
}

function tick() {
  const now = new Date();
  document.getElementById("sc-time").textContent = clockOf(now);
  document.getElementById("sc-date").textContent = now.toLocaleDateString("zh-CN", { year: "numeric", month: "long", day: "numeric", weekday: "short" });
  document.documentElement.toggleAttribute("data-night", now.getHours() >= NIGHT.from || now.getHours() < NIGHT.to);
}

export function mount(body) {
  const { answered, look } = contact(body);
  const full = document.getElementById("sc-full");
  const fill = () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
  const named = () => { full.textContent = document.fullscreenElement ? "退出全屏" : "全屏"; };
  let shift = 0;
  const timers = [
    setInterval(() => { tick(); look(); }, 1000),
    setInterval(() => { shift = (shift + 1) % SHIFTS; body.dataset.shift = String(shift); }, SHIFT),
  ];
  full.hidden = !document.fullscreenEnabled;
  full.addEventListener("click", fill);
  document.addEventListener("fullscreenchange", named);
  document.addEventListener("htmx:beforeOnLoad", answered);
  tick();
  return () => {
    timers.forEach(clearInterval);
    full.removeEventListener("click", fill);
    document.removeEventListener("fullscreenchange", named);
    document.removeEventListener("htmx:beforeOnLoad", answered);
  };
}
