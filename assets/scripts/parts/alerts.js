// News as it happens: the number on the bell, and each new alert for some seconds in the corner.
const SHOWN_FOR = 9000;
const AFTER_LOAD = 2000; // the page itself comes first

let source;
let unread = 0;

function paint() {
  const count = document.querySelector(".bell-count");
  if (!count) return;
  count.hidden = !unread;
  count.textContent = unread > 99 ? "99+" : String(unread);
}

function show(alert) {
  const bell = document.querySelector("[data-alerts]");
  const corner = document.getElementById("news");
  if (!bell || !corner) return;
  const card = document.createElement("a");
  card.className = "news-card";
  card.href = `${bell.getAttribute("href")}${alert.id}/`;
  for (const [words, name] of [[alert.title, "strong"], [alert.more, "small"]]) {
    if (!words) continue;
    const line = document.createElement("div");
    line.className = name;
    line.textContent = words;
    card.append(line);
  }
  corner.append(card);
  setTimeout(() => card.remove(), SHOWN_FOR);
}

function close() {
  source?.close();
  source = undefined;
}

// A hidden page hears nothing: browsers keep only six connections to a server for all their tabs.
function listen() {
  const bell = document.querySelector("[data-alerts]");
  if (!bell || document.hidden) {
    close();
    return;
  }
  const address = new URL(bell.dataset.alerts, location.href).href;
  if (source?.url === address && source.readyState !== EventSource.CLOSED) return;
  close();
  source = new EventSource(address);
  source.addEventListener("unread", ({ data }) => {
    unread = Number(data);
    paint();
  });
  source.addEventListener("alert", ({ data }) => show(JSON.parse(data)));
}

export function alerts() {
  document.addEventListener("visibilitychange", listen);
  document.addEventListener("dunwell:arrived", () => {
    paint();
    if (source) listen();
  });
  window.addEventListener("pagehide", close);
  window.addEventListener("load", () => setTimeout(listen, AFTER_LOAD));
}
