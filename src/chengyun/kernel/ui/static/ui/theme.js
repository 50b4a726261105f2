// Before the first paint: what was chosen in this browser, else what the system prefers; a page kept on a phone may be older than
// the choice. "look" is fired when somebody chooses anew. Without script the page is as it came.
{
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const { dataset } = document.documentElement;
  const apply = () => {
    dataset.look = /(?:^|; )theme=(auto|light|dark)/.exec(document.cookie)?.[1] ?? "auto";
    dataset.theme = dataset.look !== "auto" ? dataset.look : dark.matches ? "dark" : "light";
  };
  apply();
  dark.addEventListener("change", apply);
  addEventListener("look", apply);
}
