// Runs before the first paint, outside the bundle, so that a dark or right-to-left screen never flashes.
(() => {
  const read = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage can be forbidden
    }
  };
  const known = ["en", "fa", "ru", "zh", "pl"];
  const spoken = (navigator.languages || []).map((tag) => tag.slice(0, 2)).find((tag) => known.includes(tag));
  const chosen = read("routebook.locale");
  const locale = known.includes(chosen) ? chosen : spoken || "en";
  const root = document.documentElement;
  root.lang = locale;
  root.dir = locale === "fa" ? "rtl" : "ltr";
  // The words and the screen are known to the app only once its scripts run: they are fetched beside those.
  const files = JSON.parse(document.currentScript.dataset.first || "{}");
  // Whoever has the app is served by its service worker: without one, somebody at the door is most likely about to sign in (hooks.client.ts).
  const isKnown = navigator.serviceWorker?.controller;
  const screen = location.pathname.split("/")[1] || (isKnown ? "" : "signin");
  const words = screen === "signin" ? `${locale}.js?first` : `${locale}.js`;
  for (const path of [words, screen].flatMap((name) => files[name] || [])) {
    const link = document.createElement("link");
    const isStyle = path.endsWith(".css");
    link.rel = isStyle ? "preload" : "modulepreload";
    if (isStyle) {
      link.as = "style";
      link.crossOrigin = ""; // as Vite asks for it later; else it would be fetched twice
    }
    link.href = path;
    document.head.append(link);
  }
  const theme = read("routebook.theme");
  const dark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset.theme = dark ? "dark" : "light";
  if (dark) document.querySelector('meta[name="theme-color"]').content = "#101512";
})();
