// When the camera says a photo was taken: DateTimeOriginal of a JPEG. A file's own date is that of its last copy.
const APP1 = 0xffe1;
const SCAN = 0xffda;
const EXIF_PART = 0x8769;
const TAKEN = 0x9003;
const READ = 131_072;

function segment(view) {
  for (let at = 2; at + 4 < view.byteLength; at += 2 + view.getUint16(at + 2)) {
    const mark = view.getUint16(at);
    if (mark === APP1 && view.getUint32(at + 4) === 0x45786966) return at + 10;
    if (mark === SCAN || mark < 0xff00) return 0;
  }
  return 0;
}

function entry(view, base, at, little, tag) {
  const count = view.getUint16(base + at, little);
  for (let n = 0; n < count; n += 1) {
    const here = base + at + 2 + 12 * n;
    if (view.getUint16(here, little) === tag) return view.getUint32(here + 8, little);
  }
  return 0;
}

function words(view) {
  const base = view.getUint16(0) === 0xffd8 ? segment(view) : 0;
  if (!base) return "";
  const little = view.getUint16(base) === 0x4949;
  const part = entry(view, base, view.getUint32(base + 4, little), little, EXIF_PART);
  const at = part && entry(view, base, part, little, TAKEN);
  return at ? String.fromCharCode(...new Uint8Array(view.buffer, base + at, 19)) : "";
}

/** Milliseconds, or null where the file does not say. */
export async function takenAt(file) {
  try {
    const found = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(words(new DataView(await file.slice(0, READ).arrayBuffer())));
    if (!found) return null;
    const [year, month, ...rest] = found.slice(1).map(Number);
    if (year < 2000) return null; // a camera that was never told the time
    return new Date(year, month - 1, ...rest).getTime();
  } catch (error) {
    if (error instanceof RangeError) return null; // the file ends in the middle of what it says
    throw error;
  }
}
