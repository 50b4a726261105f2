// Photos: taken or chosen, made smaller on the phone, kept with when and where they were taken.
import { h, icon, toast } from "phone/dom";
import { takenAt } from "phone/exif";
import { metres, moment, newKey } from "phone/words";

const LONG_SIDE = 1600;
const QUALITY = 0.82;
const AT_MOST = 9;
const FULL = "手机存储满了，这张照片没有存下。删掉一些东西再拍，写好的都还在。";

const jpegOf = (canvas) => new Promise((done) => { canvas.toBlob(done, "image/jpeg", QUALITY); });

/** HEIC, which the city can open where this browser cannot. */
const isHeif = async (file) => /^ftyp(hei|hev|mif|msf)/.test(await file.slice(4, 12).text());

/** The picture at most 1600 px long, as JPEG and upright; what is no picture is not taken. */
async function shrunk(file) {
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture && await isHeif(file)) return file;
  if (!picture) throw new Error(`「${file.name}」不是能打开的照片，请重拍或另选一张。`);
  const scale = Math.min(1, LONG_SIDE / Math.max(picture.width, picture.height));
  const canvas = h("canvas", { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return (await jpegOf(canvas)) ?? file;
}

/** SHA-256 of the camera's own file; a page without TLS cannot compute it, then the city takes that of what it gets. */
async function hashOf(file) {
  if (!crypto.subtle) return "";
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Keep one photo on the phone; what stands in the item about it. */
async function keep(store, file, here) {
  const key = newKey();
  const said = (await takenAt(file)) ?? file.lastModified ?? Date.now();
  const taken = Math.min(said, Date.now()) + here.skew;
  const facts = { taken_at: new Date(taken).toISOString(), original_sha256: await hashOf(file), ...here.place };
  await store.keepBlob(key, await shrunk(file));
  return { key, facts, path: "/api/v1/photos", role: "photo", name: file.name || "现场.jpg", sent: null };
}

const placeOf = ({ lon, lat, accuracy, by }) => (by === "gps" ? { lon, lat, accuracy: Math.round(accuracy) } : {});

const stampOf = ({ facts }, who) =>
  [moment(facts.taken_at), facts.accuracy === undefined ? "" : `误差 ${metres(facts.accuracy)}`, who].filter(Boolean).join(" · ");

async function figure(ctx, file, drop) {
  const blob = await ctx.store.blob(file.key);
  if (!blob) return null;
  const url = URL.createObjectURL(blob);
  const unseen = () => picture.replaceWith(h("span", { className: "ph-empty" }, icon("camera"), "这个浏览器显示不了，照样能发。"));
  const picture = h("img", { src: url, alt: "已拍的照片", width: 400, height: 300, on: { load: () => URL.revokeObjectURL(url), error: unseen } });
  const away = h("button", { type: "button", className: "ph-drop", "aria-label": "删掉这张照片", on: { click: drop } }, icon("close"));
  return h("figure", {}, h("span", { className: "photo" }, picture), h("figcaption", {}, stampOf(file, ctx.holder.name)), away);
}

/** The strip of photos of a form. ``form.files`` is changed in place; ``changed`` is called after. */
export function photoStrip(ctx, form, { changed, place = () => null, label = "拍照" }) {
  const box = h("div", { className: "ph-photos", "aria-label": "照片", role: "group" });
  const mine = () => form.files.filter(({ role }) => role === "photo");

  async function take(files) {
    for (const file of [...files].slice(0, AT_MOST - mine().length)) {
      try {
        const found = place();
        form.files.push(await keep(ctx.store, file, { skew: ctx.skew, place: found ? placeOf(found) : {} }));
      } catch (error) {
        toast(error.name === "QuotaExceededError" ? FULL : `没有存下：${error.message}`);
      }
    }
    await changed();
    await draw();
  }

  async function drop(file) {
    form.files.splice(form.files.indexOf(file), 1);
    await ctx.store.dropBlobs([file.key]);
    await changed();
    await draw();
  }

  const input = h("input", { type: "file", accept: "image/*", multiple: true, capture: "environment", className: "visually-hidden", id: "camera", on: { change: () => { take(input.files); input.value = ""; } } });

  async function draw() {
    const shown = await Promise.all(mine().map((file) => figure(ctx, file, () => drop(file))));
    const more = h("label", { className: "ph-add", htmlFor: "camera" }, icon("camera"), mine().length ? "再拍一张" : label);
    box.replaceChildren(...shown.filter(Boolean), input, ...(mine().length < AT_MOST ? [more] : []));
  }

  draw();
  return box;
}
