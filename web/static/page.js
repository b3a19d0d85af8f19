// Comforts for people who read with the keyboard. Every page works without them.
(() => {
  const root = document.documentElement;
  const store = {
    get(key) { try { return localStorage.getItem(key); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(key, value); } catch { /* private mode */ } },
  };
  root.classList.add("js");
  const theme = store.get("theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;

  const dark = () => root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;

  // Times: UTC as written by the server, or this machine's zone.
  const zone = (local) => {
    for (const time of document.querySelectorAll("time[datetime]")) {
      time.dataset.utc ??= time.textContent;
      const moment = new Date(time.dateTime);
      if (Number.isNaN(moment.getTime())) continue;
      time.textContent = local
        ? moment.toLocaleString(undefined, {
            day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit",
            fractionalSecondDigits: 3, hour12: false,
          })
        : time.dataset.utc;
      if (local) time.title = time.dateTime;
    }
    for (const button of document.querySelectorAll("[data-do=zone]")) {
      button.textContent = local ? "Local" : "UTC";
      button.setAttribute("aria-pressed", String(local));
    }
  };

  const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
  const open = (row) => row?.querySelector("a.open")?.click();
  let at = -1;
  const move = (by) => {
    const all = rows();
    if (!all.length) return;
    all[at]?.classList.remove("here");
    at = Math.min(Math.max(at + by, 0), all.length - 1);
    all[at].classList.add("here");
    all[at].scrollIntoView({ block: "nearest" });
  };

  const act = {
    theme() {
      const next = dark() ? "light" : "dark";
      root.dataset.theme = next;
      store.set("theme", next);
    },
    zone() {
      const local = store.get("zone") !== "local";
      store.set("zone", local ? "local" : "utc");
      zone(local);
    },
    keys() {
      const dialog = document.getElementById("keys");
      if (dialog?.open) dialog.close(); else dialog?.showModal();
    },
    print() { window.print(); },
  };

  addEventListener("DOMContentLoaded", () => {
    if (store.get("zone") === "local") zone(true);
    // A session in parts: the part that holds the call in the address.
    const wanted = location.hash.slice(1);
    if (wanted && !document.getElementById(wanted) && document.querySelector("[data-parts]")) {
      location.replace(`${location.pathname}?at=${wanted}#${wanted}`);
    }
    document.addEventListener("click", (event) => {
      const name = event.target.closest("[data-do]")?.dataset.do;
      if (name) act[name]?.();
    });
    // Fields without a value stay out of the address.
    document.addEventListener("submit", (event) => {
      for (const field of event.target.elements) if (field.name && !field.value) field.disabled = true;
    });
    addEventListener("pageshow", () => {
      for (const field of document.querySelectorAll("form :disabled")) field.disabled = false;
    });
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.closest("input, select, textarea")) {
        if (event.key === "Escape") event.target.blur();
        return;
      }
      if (event.key === "/") {
        const field = document.querySelector("main input[type=search]") ?? document.querySelector("input[type=search]");
        field?.focus();
        field?.select();
        event.preventDefault();
      } else if (event.key === "j") move(1);
      else if (event.key === "k") move(-1);
      else if (event.key === "Enter" && at >= 0 && !event.target.closest("a, button, summary")) open(rows()[at]);
      else if (event.key === "?") act.keys();
    });
  });
})();
