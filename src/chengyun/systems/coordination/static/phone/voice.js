// A spoken note, kept on the phone like a photo.
import { h, icon, toast } from "phone/dom";
import { newKey } from "phone/words";

const KINDS = ["audio/webm;codecs=opus", "audio/webm", "audio/mp4", "audio/ogg;codecs=opus"];
const LONGEST = 120_000;
const DENIED = "没有麦克风权限。点地址栏左边的锁或「设置」，把「麦克风」改为允许；也可以打字。";

const able = () => Boolean(navigator.mediaDevices?.getUserMedia && self.MediaRecorder);

async function recorder() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
  return { stream, tape: new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 24_000 }) };
}

const recorded = (tape, stream) => new Promise((done) => {
  const parts = [];
  tape.addEventListener("dataavailable", ({ data }) => parts.push(data));
  tape.addEventListener("stop", () => {
    for (const track of stream.getTracks()) track.stop();
    done(new Blob(parts, { type: tape.mimeType.split(";")[0] }));
  });
  tape.start(1000);
  setTimeout(() => { if (tape.state !== "inactive") tape.stop(); }, LONGEST);
});

/** The part of a form for a spoken note; where the browser cannot record there is none. */
export function voicePart(ctx, form, changed) {
  if (!able()) return null;
  const box = h("div", { className: "ph-voice" });
  const mine = () => form.files.find(({ role }) => role === "voice");
  let tape = null;

  async function talk() {
    if (tape) return void tape.stop();
    try {
      const found = await recorder();
      tape = found.tape;
      draw();
      await keep(await recorded(tape, found.stream));
    } catch (error) {
      toast(error.name === "NotAllowedError" ? DENIED : `没能录音：${error.message}`);
    }
    tape = null;
    draw();
  }

  async function keep(blob) {
    const key = newKey();
    await ctx.store.keepBlob(key, blob);
    const name = `说明.${blob.type.split("/")[1]}`;
    form.files.push({ key, facts: {}, path: "/api/v1/voices", role: "voice", name, sent: null });
    await changed();
  }

  async function drop() {
    const file = mine();
    form.files.splice(form.files.indexOf(file), 1);
    await ctx.store.dropBlobs([file.key]);
    await changed();
    draw();
  }

  async function player() {
    const blob = await ctx.store.blob(mine().key);
    const away = h("button", { type: "button", className: "ph-link", on: { click: drop } }, icon("trash"), "删掉录音");
    box.replaceChildren(h("audio", { controls: true, src: blob ? URL.createObjectURL(blob) : "" }), away);
  }

  function draw() {
    if (mine()) return void player();
    const button = h("button", { type: "button", className: `ph-mic${tape ? " on" : ""}`, "aria-pressed": String(Boolean(tape)), on: { click: talk } }, icon(tape ? "pause" : "microphone"), tape ? "说完了" : "按一下说话");
    box.replaceChildren(button);
  }

  draw();
  return box;
}
