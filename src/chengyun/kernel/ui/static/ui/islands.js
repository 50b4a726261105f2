// Mounts elements with data-island="name": the module islands/<name> exports mount(element), which may
// return a function that takes it down. The element's own content stays for readers and for print.
const mounted = new Map();

async function mount(element) {
  if (mounted.has(element)) return;
  mounted.set(element, null);
  try {
    const island = await import(`islands/${element.dataset.island}`);
    if (!element.isConnected) return void mounted.delete(element);
    mounted.set(element, (await island.mount(element)) ?? null);
    element.classList.add("island-on");
  } catch (error) {
    mounted.delete(element);
    console.warn(`island ${element.dataset.island}: ${error.message}`);
  }
}

function unmount(element) {
  mounted.get(element)?.();
  mounted.delete(element);
}

const within = (root) => root.querySelectorAll?.("[data-island]") ?? [];

const nearby = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    nearby.unobserve(target);
    mount(target);
  }
}, { rootMargin: "200px" });

const watch = (root) => {
  if (root.matches?.("[data-island]")) nearby.observe(root);
  for (const element of within(root)) nearby.observe(element);
};

new MutationObserver((changes) => {
  for (const { addedNodes, removedNodes } of changes) {
    for (const node of addedNodes) watch(node);
    for (const node of removedNodes) {
      if (mounted.has(node)) unmount(node);
      for (const element of within(node)) unmount(element);
    }
  }
}).observe(document.body, { childList: true, subtree: true });

watch(document.body);
