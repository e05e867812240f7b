// One phone: a person's chat with the bot, as Telegram shows it. Draws its chat from the store and does what is clicked.

import { sim } from "./api.js";
import { Attach } from "./attach.js";
import { day } from "./clock.js";
import { Composer } from "./composer.js";
import { avatar, el, icon } from "./dom.js";
import { drawMessage, isMine } from "./message.js";
import { Sheet } from "./sheet.js";

const LONGEST = 4096;
const PRESS_MS = 15000;

export class Phone {
  #waiting = [];
  #articles = new Map();
  #drawn = new Map();
  #toastTimer = 0;

  constructor(person, world) {
    this.person = person;
    this.world = world;
    this.chat = world.store.chat(person.chat);
    this.unread = 0;
    this.list = el("div", { class: "messages", role: "log", "aria-label": "Сообщения", tabindex: "0", onscroll: () => this.#scrolled() });
    this.badge = el("span", { class: "badge", hidden: true });
    this.subtitle = el("span", { class: "role" });
    this.down = el("button", { type: "button", class: "down", "aria-label": "К последним сообщениям", hidden: true,
      onclick: () => this.toEnd() }, icon("down"));
    this.layer = el("div", { class: "layer" });
    this.root = el("section", { class: "phone", "data-chat": person.chat, "aria-label": `Телефон: ${person.name}` });
    this.sheet = new Sheet(this.root);
    this.attach = new Attach(this);
    this.composer = new Composer(this);
    this.screen = el("div", { class: "screen" }, this.list, this.down);
    this.root.append(this.#header(), this.screen, this.composer.root, this.layer);
    for (const event of ["pointerdown", "pointerenter", "focusin", "keydown"]) {
      this.root.addEventListener(event, () => this.read());
    }
    this.#stickToEnd();
    this.drawAll();
  }

  // Whoever reads the last message stays at it when a picture above loads or a keyboard takes away room.
  #stickToEnd() {
    this.stuck = true;
    const settle = () => { if (this.stuck) this.toEnd(); };
    this.list.addEventListener("load", settle, true);
    this.list.addEventListener("loadedmetadata", settle, true);
    new ResizeObserver(settle).observe(this.list);
  }

  #header() {
    const { person, world } = this;
    const select = el("select", { "aria-label": "Показать телефон", onchange: () => world.swap(this, select.value) },
      world.people.map((other) => el("option", { value: other.chat, selected: other === person }, `${other.name} — ${other.role}`)));
    const seat = el("span", { class: "name" }, el("b", {}, person.name), icon("down", 14), select);
    this.#subtitle();
    return el("header", { class: "head" },
      avatar(person.name, person.user),
      el("div", { class: "who" }, seat, this.subtitle), this.badge,
      el("button", { type: "button", class: "plain", "data-sheet": "", "aria-label": "Навести камеру на QR", title: "Навести камеру на QR",
        onclick: () => this.#scan() }, icon("scan")),
      el("button", { type: "button", class: "plain", "data-sheet": "", "aria-label": "Ещё", onclick: () => this.#more() }, icon("more")));
  }

  #subtitle() {
    const typing = this.chat.typing > Date.now();
    this.subtitle.textContent = typing ? "бот печатает…" : `${this.person.role}${this.person.auto ? " · отвечает сам" : ""}`;
    this.subtitle.classList.toggle("typing", typing);
  }

  typing() {
    this.chat.typing = Date.now() + 5000;
    this.#subtitle();
    setTimeout(() => this.#subtitle(), 5100);
  }

  // --- what a click does ---

  async attempt(action) {
    try {
      await action();
      return true;
    } catch (error) {
      this.toast(error.message, "bad");
      return false;
    }
  }

  tell(op, body) {
    this.toEnd();
    return sim(op, { token: this.world.bot.token, chat: this.person.chat, user: this.person.user, ...body });
  }

  say(text) {
    return this.attempt(async () => {
      for (let at = 0; at < text.length; at += LONGEST) {
        await this.tell("text", { text: text.slice(at, at + LONGEST) });
      }
    });
  }

  block(on) {
    return this.attempt(async () => {
      await sim("block", { token: this.world.bot.token, chat: this.person.chat, user: this.person.user, on });
      this.chat.blocked = on;
      this.composer.draw();
    });
  }

  async #press(message, button, node) {
    node.classList.add("waiting");
    const waiting = { id: message.message_id, node };
    this.#waiting.push(waiting);
    setTimeout(() => this.#stopWaiting(waiting), PRESS_MS);
    const sent = await this.attempt(() => sim("press", {
      token: this.world.bot.token, chat: this.person.chat, user: this.person.user, message_id: message.message_id,
      ...(button.data ? { data: button.data } : { text: button.text }),
    }));
    if (!sent) this.#stopWaiting(waiting);
  }

  #stopWaiting(waiting) {
    waiting?.node.classList.remove("waiting");
    this.#waiting = this.#waiting.filter((other) => other !== waiting);
  }

  answered(answer) {
    this.#stopWaiting(this.#waiting.find((waiting) => waiting.id === answer.message_id) ?? this.#waiting[0]);
    if (answer.url && /^https?:/i.test(answer.url)) window.open(answer.url, "_blank", "noopener,noreferrer");
    if (!answer.text) return;
    if (answer.alert) this.alert(answer.text);
    else this.toast(answer.text);
  }

  #scan() {
    const open = (payload) => () => this.say(`/start ${payload}`);
    const stickers = (this.person.scan ?? []).map(({ title, payload }) => ({ title, icon: "scan", action: open(payload) }));
    const seen = this.world.store.linksOutside(this.person.chat, this.world.bot.username).map(({ payload, chat }) => ({
      title: `Ссылка с телефона «${this.world.nameOf(chat)}»`, note: `start=${payload}`, icon: "link", action: open(payload),
    }));
    const items = [...(stickers.length ? [{ heading: "Наклейки QR" }, ...stickers] : []),
      ...(seen.length ? [{ heading: "Ссылки, присланные на другие телефоны" }, ...seen] : [])];
    this.sheet.open("Камера", items.length ? items : [{ heading: "Рядом нет наклеек QR, и никто не прислал ссылку." }]);
  }

  #more() {
    const { blocked } = this.chat;
    this.sheet.open(this.person.name, [
      { heading: [this.person.about, this.person.phone].filter(Boolean).join(" · ") || this.person.role },
      { title: blocked ? "Разблокировать бота" : "Заблокировать бота", icon: blocked ? "repeat" : "close", action: () => this.block(!blocked) },
    ]);
  }

  // --- what is shown ---

  toast(text, kind = "") {
    clearTimeout(this.#toastTimer);
    const gone = () => this.screen.querySelector(".toast")?.remove();
    gone();
    this.screen.append(el("div", { class: `toast ${kind}`, role: "status" }, text));
    this.#toastTimer = setTimeout(gone, 3500 + text.length * 30);
  }

  alert(text) {
    const box = el("div", { class: "alert-back" }, el("div", { class: "alert", role: "alertdialog", "aria-modal": "true", "aria-label": "Ответ бота" },
      el("p", {}, text), el("button", { type: "button", onclick: () => box.remove() }, "OK")));
    this.layer.append(box);
    box.querySelector("button").focus({ preventScroll: true });
  }

  #on() {
    const { world, person } = this;
    return {
      user: person.user, username: world.bot.username, sites: world.sites,
      start: (payload) => this.say(`/start ${payload}`), say: (text) => this.say(text),
      press: (...args) => this.#press(...args), view: (url) => world.view(url),
      toast: (text) => this.toast(text), nameOf: (user) => world.nameOf(user),
      quote: (id) => this.chat.messages.get(id)?.text || "сообщение",
    };
  }

  drawAll() {
    this.list.replaceChildren();
    this.#articles.clear();
    this.#drawn.clear();
    const messages = this.chat.sorted();
    if (!messages.length && this.chat.loaded) this.list.append(this.#welcome());
    for (const message of messages) this.#append(message);
    this.composer.draw();
    this.toEnd();
  }

  #welcome() {
    return el("div", { class: "welcome" }, el("img", { src: new URL("icon.svg", import.meta.url), alt: "", width: 56, height: 56 }), el("b", {}, "Наряд"),
      el("p", {}, this.person.about || "Здесь пока пусто."),
      el("p", { class: "hint" }, this.person.scan?.length ? "Нажмите «Начать» или наведите камеру на QR." : "Нажмите «Начать», чтобы познакомиться с ботом."));
  }

  #append(message) {
    this.list.querySelector(".welcome")?.remove();
    const today = day(message.date);
    if (this.list.dataset.day !== today || !this.#articles.size) {
      this.list.dataset.day = today;
      this.list.append(el("div", { class: "day" }, today));
    }
    const article = el("article", { tabindex: "-1" });
    this.#draw(article, message);
    this.#articles.set(message.message_id, article);
    const group = message.group ?? message.media_group_id;
    const tail = this.list.lastElementChild;
    if (group && tail?.dataset.group === String(group)) {
      tail.querySelector(".album-grid").append(article);
      this.#caption(tail);
    } else if (group) {
      const side = isMine(message, this.person.user) ? "mine" : "theirs";
      const album = el("div", { class: `album ${side}`, "data-group": group }, el("div", { class: "album-grid" }, article),
        el("div", { class: "album-caption" }));
      this.list.append(album);
      this.#caption(album);
    } else {
      this.list.append(article);
    }
  }

  #caption(album) {
    const texts = album.querySelectorAll(".album-grid .text");
    if (texts.length) album.querySelector(".album-caption").replaceChildren(...texts);
  }

  #draw(article, message) {
    this.#drawn.set(message.message_id, JSON.stringify(message));
    drawMessage(article, message, this.#on());
  }

  // messages: new or changed ones, already in the store
  show(messages, gone = []) {
    const last = Math.max(0, ...this.#articles.keys());
    const fresh = messages.filter((message) => !this.#articles.has(message.message_id));
    for (const id of gone) {
      this.#articles.get(id)?.remove();
      this.#articles.delete(id);
    }
    if (fresh.some((message) => message.message_id < last)) {
      this.drawAll();
    } else {
      for (const message of fresh.sort((a, b) => a.message_id - b.message_id)) this.#append(message);
      for (const message of messages) this.#redraw(message);
    }
    this.composer.draw();
    this.#notice(fresh.filter((message) => !isMine(message, this.person.user)).length, messages.length > 0);
    if (this.stuck) this.toEnd();
    else if (fresh.length) this.down.hidden = false;
  }

  #redraw(message) {
    const article = this.#articles.get(message.message_id);
    if (!article || this.#drawn.get(message.message_id) === JSON.stringify(message)) return;
    this.#draw(article, message);
    const album = article.closest(".album");
    if (album) this.#caption(album);
    article.classList.remove("changed");
    requestAnimationFrame(() => article.classList.add("changed"));
  }

  #notice(count, any) {
    if (!any) return;
    this.chat.typing = 0;
    this.#subtitle();
    if (!count) return;
    this.unread = this.root.matches(":hover, :focus-within") ? 0 : this.unread + count;
    this.#badge();
    this.root.classList.remove("pulse");
    void this.root.offsetWidth;
    this.root.classList.add("pulse");
  }

  #badge() {
    this.badge.hidden = this.unread === 0;
    this.badge.textContent = this.unread > 99 ? "99+" : this.unread;
    this.badge.setAttribute("aria-label", `Новых: ${this.unread}`);
    this.world.unread(this);
  }

  read() {
    if (!this.unread) return;
    this.unread = 0;
    this.#badge();
  }

  #scrolled() {
    this.stuck = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 90;
    this.down.hidden = this.stuck;
  }

  toEnd() {
    this.stuck = true;
    const end = () => { this.list.scrollTop = this.list.scrollHeight; };
    end();
    requestAnimationFrame(end);
    this.down.hidden = true;
  }
}
