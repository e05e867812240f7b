// The page of phones: reads the cast, keeps the phones up to date with one long poll, and owns the top bar.

import { follow, readCast, sim } from "./api.js";
import { Clock } from "./clock.js";
import { avatar, el } from "./dom.js";
import { Guide } from "./guide.js";
import { Phone } from "./phone.js";
import { Store } from "./store.js";

const SEATS = 4;
const $ = (selector) => document.querySelector(selector);

class Page {
  constructor(cast, clock) {
    this.people = cast.people;
    this.sites = cast.sites ?? [];
    this.bot = cast.bot;
    this.clock = clock;
    this.store = new Store();
    this.phones = [];
    this.guide = null;
    const chosen = (cast.shown ?? []).map((chat) => this.#person(chat)).filter(Boolean);
    const seated = [...new Set([...chosen, ...this.people])].slice(0, SEATS);
    this.phones = seated.map((person) => new Phone(person, this));
    $(".phones").replaceChildren(...this.phones.map((phone) => phone.root));
    this.active = this.phones[0];
    this.drawTabs();
    this.guide = new Guide($(".guide"), cast.tries ?? [], this);
  }

  #person(chat) {
    return this.people.find((person) => String(person.chat) === String(chat));
  }

  nameOf(id) {
    return this.people.find((person) => String(person.user) === String(id) || String(person.chat) === String(id))?.name ?? `Пользователь ${id}`;
  }

  shown(person) {
    return this.phones.some((phone) => phone.person === person);
  }

  // Two phones of one person would only confuse: whoever is asked for twice changes places.
  swap(phone, chat) {
    const wanted = this.#person(chat);
    const at = this.phones.indexOf(phone);
    const other = this.phones.findIndex((one) => one.person === wanted);
    const replace = (index, person) => {
      const fresh = new Phone(person, this);
      if (this.active === this.phones[index]) this.active = fresh;
      this.phones[index].root.replaceWith(fresh.root);
      this.phones[index] = fresh;
      fresh.toEnd();
    };
    if (other >= 0) replace(other, phone.person);
    replace(at, wanted);
    this.store.chat(wanted.chat).unseen = 0;
    this.drawTabs();
    this.drawElsewhere();
    this.guide?.draw();
  }

  drawElsewhere() {
    const waiting = this.people.filter((person) => !person.auto && !this.shown(person) && this.store.chat(person.chat).unseen);
    $(".elsewhere").replaceChildren(...waiting.slice(0, 3).map((person) => el("button", {
      type: "button", title: "Показать этот телефон", onclick: () => this.bring(person),
    }, avatar(person.name, person.user, "little"), el("span", { class: "elsewhere-name" }, person.name), el("span", { class: "badge" }, this.store.chat(person.chat).unseen))));
  }

  // Brings a phone into sight: scrolls to it, opens its tab, or seats it in place of one that minds itself.
  bring(person) {
    const seated = this.phones.find((phone) => phone.person === person);
    if (seated) {
      this.active = seated;
      this.drawTabs();
      seated.root.scrollIntoView({ behavior: "smooth", inline: "center" });
      seated.toEnd();
      return;
    }
    const free = this.phones.findLast((phone) => phone.person.auto) ?? this.phones.at(-1);
    this.swap(free, person.chat);
  }

  point(person) {
    for (const phone of this.phones) phone.root.classList.toggle("turn", Boolean(person) && phone.person === person);
  }

  unread() {
    this.drawTabs();
    const total = this.phones.reduce((sum, phone) => sum + phone.unread, 0);
    document.title = total ? `(${total}) Наряд — песочница` : "Наряд — песочница";
  }

  drawTabs() {
    $(".tabs").replaceChildren(...this.phones.map((phone) => {
      phone.root.classList.toggle("active", phone === this.active);
      return el("button", { type: "button", role: "tab", "aria-selected": String(phone === this.active), onclick: () => {
        this.active = phone;
        phone.read();
        this.drawTabs();
        phone.toEnd();
      } }, avatar(phone.person.name, phone.person.user, "little"), el("span", {}, phone.person.name),
      phone.unread ? el("span", { class: "badge" }, phone.unread) : null);
    }));
  }

  view(url) {
    const viewer = $(".viewer");
    viewer.replaceChildren(el("img", { src: url, alt: "Фото целиком" }),
      el("button", { type: "button", "aria-label": "Закрыть" }, "×"));
    viewer.onclick = () => viewer.close();
    viewer.showModal();
  }

  phoneOf(chat) {
    return this.phones.find((phone) => String(phone.person.chat) === String(chat));
  }

  async load() {
    const { seq, now } = await sim("changes", { token: this.bot.token });
    this.clock.set(now);
    const at = this.guide.started ? 0 : Date.now();
    this.store.forget();
    await Promise.all(this.people.map(async (person) => {
      this.store.fill(person.chat, await sim("messages", { token: this.bot.token, chat: person.chat }), at);
    }));
    const empty = this.people.every((person) => this.store.chat(person.chat).messages.size === 0);
    if (empty && this.guide.started) this.guide.forget();
    for (const phone of this.phones) phone.drawAll();
    this.drawElsewhere();
    this.guide.look();
    return seq;
  }

  apply(changes) {
    this.clock.set(changes.now);
    const chats = new Set([...Object.keys(changes.chats ?? {}), ...Object.keys(changes.deleted ?? {}), ...Object.keys(changes.keyboards ?? {})]);
    for (const id of chats) {
      const chat = this.store.chat(id);
      const messages = changes.chats?.[id] ?? [];
      const gone = changes.deleted?.[id] ?? [];
      const news = messages.filter((message) => message.from === "bot" && !chat.messages.has(message.message_id)).length;
      chat.put(messages, Date.now());
      chat.drop(gone);
      if (changes.keyboards && id in changes.keyboards) chat.keyboard = changes.keyboards[id];
      const phone = this.phoneOf(id);
      if (phone) phone.show(messages, gone);
      else chat.unseen += news;
    }
    this.drawElsewhere();
    for (const answer of changes.answers ?? []) {
      const phone = this.phoneOf(answer.chat);
      if (phone && String(phone.person.user) === String(answer.user ?? answer.chat)) phone.answered(answer);
    }
    for (const id of Object.keys(changes.typing ?? {})) this.phoneOf(id)?.typing();
    this.guide.look();
  }
}

function linkState(text) {
  const line = $(".link-state");
  line.textContent = text;
  line.hidden = !text;
}

// A complaint goes away by itself; "no connection" stays until there is one.
function complain(text) {
  linkState(text);
  setTimeout(() => {
    if ($(".link-state").textContent === text) linkState("");
  }, 10000);
}

const clock = new Clock($(".clock"), complain);
let page = null;
let known = "";

async function load() {
  const cast = await readCast();
  const same = JSON.stringify(cast);
  if (same !== known) {
    known = same;
    page = new Page(cast, clock);
  }
  return page.load();
}

follow({ load, apply: (changes) => page.apply(changes), state: linkState, token: () => page.bot.token });
