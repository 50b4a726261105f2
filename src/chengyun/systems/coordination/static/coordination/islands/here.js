// The arrival form: a button fills in where the phone is now. Without script the position is left out or typed in.
export function mount(form) {
  const [lon, lat] = ["lon", "lat"].map((axis) => form.querySelector(`#id_point_${axis}`));
  if (!lon || !navigator.geolocation) return undefined;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: "用现在的位置" });
  const said = Object.assign(document.createElement("p"), { className: "hint", role: "status" });
  button.addEventListener("click", () => {
    said.textContent = "正在定位…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        lon.value = coords.longitude.toFixed(6);
        lat.value = coords.latitude.toFixed(6);
        said.textContent = `已填好，误差约 ${Math.round(coords.accuracy)} 米。`;
      },
      () => { said.textContent = "手机没有给出位置，可以不填。"; },
      { enableHighAccuracy: true, timeout: 15000 },
    );
  });
  form.querySelector("[data-here]").append(button, said);
  return () => { button.remove(); said.remove(); };
}
