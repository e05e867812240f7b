// One message as an <article>: media, text, time, inline buttons. Drawn from the message alone, so it can be redrawn at will.

import { hours } from "./clock.js";
import { avatar, el, icon } from "./dom.js";
import { startPayload, textNodes } from "./text.js";

export function size(bytes) {
  if (!bytes) return "";
  if (bytes < 1024) return `${bytes} Б`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} КБ`;
  return `${(bytes / 1024 / 1024).toLocaleString("ru-RU", { maximumFractionDigits: 1 })} МБ`;
}

export function metres(a, b) {
  const rad = Math.PI / 180;
  const x = (b.lon - a.lon) * rad * Math.cos(((a.lat + b.lat) / 2) * rad);
  const y = (b.lat - a.lat) * rad;
  return Math.hypot(x, y) * 6371000;
}

function distance(length) {
  if (length < 1000) return `${Math.round(length)} м`;
  return `${(length / 1000).toLocaleString("ru-RU", { maximumFractionDigits: 1 })} км`;
}

function photo(message, on) {
  const { url, w, h } = message.photo;
  const image = el("img", { src: url, alt: "Фото", width: w, height: h, loading: "lazy" });
  const open = el("button", { type: "button", class: "photo", "aria-label": "Открыть фото", onclick: () => on.view(url) }, image);
  if (w && h) open.style.aspectRatio = `${w} / ${Math.min(Math.max(h, w / 2.4), w * 1.35)}`;
  return open;
}

function video(message) {
  const { url, w, h } = message.video;
  const film = el("video", { src: url, controls: true, preload: "metadata", playsinline: true, class: "video" });
  if (w && h) film.style.aspectRatio = `${w} / ${h}`;
  return film;
}

function documentCard(file) {
  const name = file.name || "файл";
  const ending = name.includes(".") ? name.split(".").pop().slice(0, 4) : "";
  return el("a", { class: "file", href: file.url, target: "_blank", rel: "noopener", download: /\.(pdf|jpe?g|png|txt)$/i.test(name) ? null : name },
    el("span", { class: `file-kind kind-${ending.toLowerCase()}`, "aria-hidden": "true" }, ending || icon("file")),
    el("span", { class: "file-about" },
      el("span", { class: "file-name" }, name), el("span", { class: "file-size" }, size(file.size))));
}

function place(message, on) {
  const point = { lat: message.location.lat ?? message.location.latitude, lon: message.location.lon ?? message.location.longitude };
  const near = on.sites.map((site) => [metres(point, site), site]).sort((a, b) => a[0] - b[0])[0];
  const where = near && near[0] < 100000 ? `${near[0] < 30 ? "на месте" : distance(near[0])} · ${near[1].title}` : "";
  const map = el("span", { class: "map", "aria-hidden": "true" }, icon("pin", 34));
  map.style.setProperty("--turn", `${Math.round((point.lat * 7919 + point.lon * 104729) % 90)}deg`);
  const live = message.location.live ?? message.location.live_period;
  return el("a", {
    class: "place", target: "_blank", rel: "noopener noreferrer",
    href: `https://yandex.ru/maps/?pt=${point.lon},${point.lat}&z=16&l=map`,
  }, map, el("span", { class: "place-about" },
    el("b", {}, message.venue?.title ?? (live ? "Трансляция геопозиции" : "Геопозиция")),
    el("span", {}, where || `${point.lat.toFixed(5)}, ${point.lon.toFixed(5)}`)));
}

function contact(card) {
  const name = card.name ?? [card.first_name, card.last_name].filter(Boolean).join(" ");
  const phone = card.phone ?? card.phone_number ?? "";
  return el("div", { class: "contact" }, avatar(name || "?", card.user_id ?? phone.slice(-2)),
    el("span", {}, el("b", {}, name || "Контакт"), el("span", {}, phone)));
}

export function media(message, on) {
  if (message.photo) return photo(message, on);
  if (message.video) return video(message);
  if (message.voice || message.audio) {
    return el("audio", { src: (message.voice ?? message.audio).url, controls: true, preload: "metadata", class: "voice" });
  }
  if (message.document) return documentCard(message.document);
  if (message.location) return place(message, on);
  if (message.contact) return contact(message.contact);
  return null;
}

function pressed(message, button, node, on) {
  if (button.url) {
    const payload = startPayload(button.url, on.username);
    if (payload !== null) on.start(payload);
    else if (/^(https?|tel):/i.test(button.url)) window.open(button.url, "_blank", "noopener,noreferrer");
  } else if (button.copy) {
    navigator.clipboard?.writeText(button.copy);
    on.toast("Скопировано");
  } else {
    on.press(message, button, node);
  }
}

function keyboard(message, on) {
  if (!message.inline?.length) return null;
  const rows = message.inline.map((row) => el("div", { class: "row" }, row.map((button) => {
    const node = el("button", {
      type: "button", class: `inline ${button.style ? `style-${button.style}` : ""}`, disabled: Boolean(button.disabled),
      onclick: () => pressed(message, button, node, on),
    }, button.text, button.url ? icon("link", 12) : null);
    return node;
  })));
  return el("div", { class: "inline-keyboard" }, rows);
}

function stamp(message, mine) {
  return el("span", { class: "stamp" }, message.edited ? "изменено " : "",
    el("time", {}, hours(message.date)), mine ? el("span", { class: "read", "aria-label": "доставлено" }, "✓✓") : null);
}

export function isMine(message, user) {
  return message.from !== "bot" && String(message.from) === String(user);
}

export function drawMessage(article, message, on) {
  const mine = isMine(message, on.user);
  const attached = media(message, on);
  const words = message.html || message.text
    ? el("span", { class: "text", dir: "auto" }, textNodes(message, on)) : null;
  const other = !mine && message.from !== "bot" ? on.nameOf(message.from) : "";
  const bubble = el("div", { class: "bubble" },
    other ? el("div", { class: "author" }, other) : null,
    message.forwarded ? el("div", { class: "forwarded" }, "Переслано") : null,
    message.reply_to ? el("div", { class: "quoted" }, on.quote(message.reply_to)) : null,
    attached, words, stamp(message, mine),
    message.reactions?.length ? el("div", { class: "reactions" }, message.reactions.map((emoji) => el("span", {}, emoji))) : null);
  article.className = ["message", mine ? "mine" : "theirs", (message.photo || message.video) ? "visual" : "",
    attached && !words ? "bare" : "", message.inline?.length ? "with-keys" : ""].filter(Boolean).join(" ");
  article.dataset.messageId = message.message_id;
  article.replaceChildren(bubble, ...[keyboard(message, on)].filter(Boolean));
}
