// What the phone keeps: items waiting to be sent, their photos, drafts and what was last heard. Imports nothing: the worker uses it, too.
const NAME = "chengyun-phone";
const STORES = ["items", "blobs", "notes"];
const DURABLE = { durability: "strict" };

const opening = () => new Promise((done, failed) => {
  const asked = indexedDB.open(NAME, 1);
  asked.onupgradeneeded = () => {
    const [items, ...others] = STORES;
    asked.result.createObjectStore(items, { keyPath: "id" });
    for (const name of others) asked.result.createObjectStore(name);
  };
  asked.onsuccess = () => done(asked.result);
  asked.onerror = () => failed(asked.error);
});

const answered = (asked) => new Promise((done, failed) => {
  asked.onsuccess = () => done(asked.result);
  asked.onerror = () => failed(asked.error);
});

/** All of it is on the disk when this ends, or none of it. */
const written = (database, act) => new Promise((done, failed) => {
  const turn = database.transaction(STORES, "readwrite", DURABLE);
  turn.oncomplete = () => done();
  turn.onabort = () => failed(turn.error);
  act(Object.fromEntries(STORES.map((name) => [name, turn.objectStore(name)])));
});

const readOf = (database, name) => database.transaction(name).objectStore(name);

export async function openStore() {
  const database = await opening();
  database.onversionchange = () => database.close();
  const say = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(NAME);
  const listeners = [];
  const tell = () => { say?.postMessage("changed"); for (const heard of listeners) heard(); };
  const write = async (act) => { await written(database, act); tell(); };
  return {
    items: async () => (await answered(readOf(database, "items").getAll())).sort((a, b) => a.made - b.made),
    item: (id) => answered(readOf(database, "items").get(id)),
    blob: (key) => answered(readOf(database, "blobs").get(key)),
    note: (key) => answered(readOf(database, "notes").get(key)),
    keepNote: (key, value) => written(database, ({ notes }) => notes.put(value, key)),
    dropNote: (key) => written(database, ({ notes }) => notes.delete(key)),
    keepBlob: (key, blob) => written(database, ({ blobs }) => blobs.put(blob, key)),
    dropBlobs: (keys) => written(database, ({ blobs }) => { for (const key of keys) blobs.delete(key); }),
    keepItem: (item) => write(({ items }) => items.put(item)),
    /** Puts an item in the queue and ends its draft in one turn. */
    queue: (item, draft) => write(({ items, notes }) => { items.put(item); if (draft) notes.delete(draft); }),
    /** What the city has received needs no photos on the phone. */
    settle: (item) => write(({ items, blobs }) => { items.put(item); for (const { key } of item.files) blobs.delete(key); }),
    drop: (item) => write(({ items, blobs }) => { items.delete(item.id); for (const { key } of item.files) blobs.delete(key); }),
    /** Hears of every change of the queue: of this page, of another one, of the worker. */
    listen: (heard) => { listeners.push(heard); say?.addEventListener("message", heard); },
    tell,
  };
}
