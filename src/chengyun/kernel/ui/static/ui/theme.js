// Before the first paint: "auto" becomes what the system prefers. Without script the page is light.
{
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const auto = root.dataset.theme === "auto";
  const apply = () => { if (auto) root.dataset.theme = dark.matches ? "dark" : "light"; };
  apply();
  dark.addEventListener("change", apply);
}
