// How the phone writes times and lengths; the same as kernel.ui.words.
import { duration } from "ui/lights";

const two = (number) => String(number).padStart(2, "0");

/** A key that no other phone makes; randomUUID is there on secure pages only. */
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [8, 4, 4, 4, 12].map((size, n, sizes) => { const from = sizes.slice(0, n).reduce((a, b) => a + b, 0); return hex.slice(from, from + size); }).join("-");
}

/** 14:32 today, else 12-11 14:32. */
export function moment(at) {
  const then = new Date(at);
  const clock = `${two(then.getHours())}:${two(then.getMinutes())}`;
  return then.toDateString() === new Date().toDateString() ? clock : `${two(then.getMonth() + 1)}-${two(then.getDate())} ${clock}`;
}

export const shortCode = (code) => (/^\d{10}$/.test(code) ? `${code.slice(2, 6)}-${code.slice(6)}` : code);

/** The light of a task now: [tone, words]; the clock of the phone is put right by what the city's clock said. */
export function lightOf(task, skew) {
  if (task.light === "paused") return ["paused", "停表"];
  if (!task.due_at) return null;
  const left = (Date.parse(task.due_at) - Date.now() - skew) / 1000;
  if (left < 0) return ["red", `超 ${duration(left)}`];
  return [task.light === "amber" ? "amber" : "green", `剩 ${duration(left)}`];
}

export const metres = (accuracy) => (accuracy < 1000 ? `${Math.round(accuracy)} 米` : `${(accuracy / 1000).toFixed(1)} 公里`);

export const lasting = (milliseconds) => duration(milliseconds / 1000);
