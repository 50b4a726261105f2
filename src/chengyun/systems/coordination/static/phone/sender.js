// Sends what waits on the phone, each thing once: every file and every item carries a key of its own, and the city answers
// a key it knows with its first answer. Imports nothing: the worker uses it, too.
const ONE_AT_A_TIME = "chengyun-send";
const FIRST_WAIT = 15_000;
const LONGEST_WAIT = 600_000;
const KEPT_FOR = 6 * 86_400_000; // the city keeps first answers for seven days
const PATIENCE = 120_000;

class Later extends Error {}

async function ask(path, options = {}) {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), PATIENCE);
  try {
    return await fetch(path, { credentials: "same-origin", cache: "no-store", ...options, signal: over.signal });
  } catch {
    throw new Later("offline");
  } finally {
    clearTimeout(timer);
  }
}

/** Whose phone this is now: {state: "ok", username, csrf, …}, or why nobody can say. */
export async function whoIsHere() {
  let answer;
  try {
    answer = await ask("/api/v1/phone");
  } catch {
    return { state: "offline" };
  }
  if (answer.status === 401) return { state: "login" };
  if (!answer.ok) return { state: "offline" };
  const holder = await answer.json();
  return { ...holder, state: "ok", skew: Date.parse(holder.now) - Date.now() };
}

/** One write: its answer; a refusal as {refused}; Later when it is to be tried again. */
async function post(here, item, path, body, key) {
  const headers = { "X-CSRFToken": here.csrf, "Idempotency-Key": key, "Chengyun-Person": encodeURIComponent(item.owner) };
  if (typeof body === "string") headers["Content-Type"] = "application/json";
  const answer = await ask(path, { method: "POST", headers, body });
  if (answer.status === 401) throw new Later("login");
  if (answer.status === 429 || answer.status >= 500) throw new Later("busy");
  const told = await answer.json().catch(() => { throw new Later("offline"); });
  if (answer.ok) return told;
  if (told.error === "other_person") throw new Later("other");
  return { refused: told.message, status: answer.status, fields: told.fields ?? [] };
}

function formOf(file, blob) {
  const form = new FormData();
  form.append("file", blob, file.name);
  for (const [name, value] of Object.entries(file.facts)) if (value !== null && value !== undefined) form.append(name, value);
  return form;
}

async function sendFiles(store, here, item) {
  for (const [n, file] of item.files.entries()) {
    if (file.sent) continue;
    Object.assign(item, { state: "sending", at: n + 1 });
    await store.keepItem(item);
    const answer = await post(here, item, file.path, formOf(file, await store.blob(file.key)), file.key);
    if (answer.refused) return answer;
    file.sent = answer.id;
    await store.keepItem(item);
  }
  return null;
}

/** What is sent stands as it was sent first: the key belongs to these very bytes. */
async function freeze(store, item, version) {
  const ids = (role) => item.files.filter((file) => file.role === role).map((file) => file.sent);
  const body = { ...item.body };
  if (item.files.some(({ role }) => role === "photo")) body.photos = ids("photo");
  if (item.files.some(({ role }) => role === "voice")) [body.voice] = ids("voice");
  if (version !== undefined) body.version = version;
  Object.assign(item, { frozen: JSON.stringify(body), tried: Date.now() });
  await store.keepItem(item);
}

const refuse = (item, answer) => Object.assign(item, { state: "refused", reason: answer.refused, status: answer.status, frozen: null });

async function sendOne(store, here, item, before) {
  if (item.tried && Date.now() - item.tried > KEPT_FOR) {
    return void await store.keepItem(refuse(item, { refused: "发出后 6 天没有回音，不知道收到没有。先到案件里查一查，没有再改后重发。", status: 0 }));
  }
  Object.assign(item, { state: "sending", at: item.files.length });
  const wrong = await sendFiles(store, here, item);
  if (wrong) return void await store.keepItem(refuse(item, wrong));
  if (!item.frozen) await freeze(store, item, before?.version);
  const answer = await post(here, item, item.path, item.frozen, item.id);
  if (answer.refused) return void await store.keepItem(refuse(item, answer));
  Object.assign(item, { state: "received", code: answer.code ?? "", version: answer.version, received: Date.now(), frozen: null });
  await store.settle(item);
}

async function putOff(store, item, why) {
  item.state = "waiting";
  item.waits = why;
  if (why === "busy") {
    item.tries = (item.tries ?? 0) + 1;
    item.next = Date.now() + Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** item.tries);
  }
  await store.keepItem(item);
}

/** Why an item cannot go yet, "" when it can. */
function held(item, here, before, forced) {
  if (item.owner !== here.username) return "other";
  if (item.after && before?.state === "refused") return "before";
  if (item.after && before && before.state !== "received") return "after";
  return !forced && item.next > Date.now() ? "pause" : "";
}

async function walk(store, forced) {
  const here = { ...(await whoIsHere()), sent: 0 };
  if (here.state !== "ok") return here;
  for (const { id } of await store.items()) {
    const item = await store.item(id);
    if (!item || !["waiting", "sending"].includes(item.state)) continue;
    const before = item.after ? await store.item(item.after) : undefined;
    const why = held(item, here, before, forced);
    if (why === "before") await store.keepItem(refuse(item, { refused: "前一步被退回了，先办好前一步再发这一步。", status: 0 }));
    if (why) continue;
    try {
      await sendOne(store, here, item, before);
      here.sent += 1;
    } catch (error) {
      if (!(error instanceof Later)) throw error;
      await putOff(store, item, error.message);
      if (error.message !== "busy") return { state: error.message, sent: here.sent };
    }
  }
  return here;
}

/** Send all that waits; {state: "ok" | "offline" | "login" | "busy" …}. Of several pages and the worker one sends at a time. */
export async function sendAll(store, { forced = false } = {}) {
  const run = () => walk(store, forced);
  if (!self.navigator.locks) return run();
  return self.navigator.locks.request(ONE_AT_A_TIME, { ifAvailable: true }, (lock) => (lock ? run() : { state: "running" }));
}
