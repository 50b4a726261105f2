// The voice of the wall: a short double tone every few seconds while a red alarm is unanswered, and at no other time.
// A browser lets a page sound only after somebody has pressed something: the button is that, once a visit.
const EVERY = 4000;
const LENGTH = 0.18;
const TONES = [880, 660];

const unanswered = () => Number(document.getElementById("wall")?.dataset.unanswered ?? 0) > 0;

function ring(context) {
  TONES.forEach((pitch, nth) => {
    const [tone, loudness] = [context.createOscillator(), context.createGain()];
    const begin = context.currentTime + nth * LENGTH * 1.5;
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0.25, begin);
    loudness.gain.exponentialRampToValueAtTime(0.001, begin + LENGTH);
    tone.connect(loudness).connect(context.destination);
    tone.start(begin);
    tone.stop(begin + LENGTH);
  });
}

export function mount(element) {
  const button = element.querySelector("button");
  let context = null;
  let timer = null;
  const sound = () => {
    if (!unanswered()) return;
    ring(context);
    button.dataset.rang = String(Number(button.dataset.rang ?? 0) + 1);
  };
  const say = (on) => {
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? "声音 开" : "声音 关";
  };
  const turn = () => {
    const on = timer === null;
    if (on) {
      context ??= new AudioContext();
      context.resume();
      timer = setInterval(sound, EVERY);
      ring(context);
    } else {
      clearInterval(timer);
      timer = null;
    }
    say(on);
  };
  button.hidden = false;
  button.addEventListener("click", turn);
  return () => { clearInterval(timer); button.removeEventListener("click", turn); context?.close(); };
}
