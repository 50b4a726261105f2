// Photos in full view: a click or P opens, arrow keys move within the group.
let viewer;
let group = [];
let index = 0;

function build() {
  viewer = document.createElement("dialog");
  viewer.className = "dialog viewer";
  viewer.setAttribute("aria-label", "照片");
  viewer.innerHTML = '<img alt=""><footer><p></p><button type="button" class="btn btn-small" data-step="-1">上一张</button>'
    + '<button type="button" class="btn btn-small" data-step="1">下一张</button>'
    + '<button type="button" class="btn btn-small" data-close>关闭</button></footer>';
  viewer.addEventListener("click", ({ target }) => { if (target.dataset.step) show(index + Number(target.dataset.step)); });
  viewer.addEventListener("keydown", ({ key }) => {
    if (key === "ArrowLeft") show(index - 1);
    if (key === "ArrowRight") show(index + 1);
  });
  document.body.append(viewer);
}

function show(at) {
  index = (at + group.length) % group.length;
  const link = group[index];
  const caption = link.closest("figure")?.querySelector("figcaption")?.textContent ?? "";
  const image = viewer.querySelector("img");
  image.src = link.href;
  image.alt = caption;
  viewer.querySelector("p").textContent = `${caption}　${index + 1} / ${group.length}`;
}

export function startPhotos() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-photo]");
    if (!link) return;
    event.preventDefault();
    if (!viewer) build();
    group = [...(link.closest("[data-photos]") ?? document).querySelectorAll("[data-photo]")];
    show(group.indexOf(link));
    viewer.showModal();
  });
}
