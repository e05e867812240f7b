// The bottom of a phone: the start button, the input line, the command menu and the reply keyboard.

import { sim } from "./api.js";
import { el, icon } from "./dom.js";

function rowsOf(keyboard) {
  if (!keyboard || keyboard.remove_keyboard || keyboard.force_reply) return [];
  const rows = Array.isArray(keyboard) ? keyboard : keyboard.keyboard ?? [];
  return rows.map((row) => row.map((button) => (typeof button === "string" ? { text: button } : button)));
}

export class Composer {
  #keys = "";
  #folded = false;

  constructor(phone) {
    this.phone = phone;
    this.root = el("footer", { class: "composer" });
    this.input = el("textarea", {
      rows: "1", "aria-label": "Сообщение", placeholder: "Сообщение",
      oninput: () => this.#grow(),
      onkeydown: (event) => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
          event.preventDefault();
          this.#send();
        }
      },
    });
    this.fold = el("button", { type: "button", class: "plain fold", "aria-label": "Показать или скрыть клавиатуру", hidden: true,
      onclick: () => { this.#folded = !this.#folded; this.#showKeys(); } }, icon("keys"));
    this.line = el("form", { class: "line", onsubmit: (event) => { event.preventDefault(); this.#send(); } },
      el("button", { type: "button", class: "menu", "data-sheet": "", "aria-label": "Меню команд", onclick: () => this.#commands() }, "/"),
      this.input, this.fold,
      el("button", { type: "button", class: "plain clip", "data-sheet": "", "aria-label": "Прикрепить", onclick: () => phone.attach.open() }, icon("clip")),
      el("button", { type: "submit", class: "plain send", "aria-label": "Отправить" }, icon("send")));
    this.keys = el("div", { class: "reply-keyboard", role: "group", "aria-label": "Клавиатура бота", hidden: true });
    this.big = el("button", { type: "button", class: "big", onclick: () => this.#begin() });
    this.root.append(this.big, this.line, this.keys);
    this.draw();
  }

  draw() {
    const { chat, person } = this.phone;
    const fresh = String(person.chat) === String(person.user) && chat.messages.size === 0;
    const gate = chat.blocked || fresh;
    this.big.hidden = !gate || !chat.loaded;
    this.line.hidden = gate || !chat.loaded;
    this.big.textContent = chat.blocked ? "Разблокировать бота" : "Начать";
    const keys = JSON.stringify(chat.keyboard);
    if (keys !== this.#keys) {
      this.#keys = keys;
      this.#folded = false;
      this.#drawKeys(chat.keyboard);
    }
    this.#showKeys();
  }

  takeCaption() {
    const caption = this.input.value.trim().slice(0, 1024);
    this.input.value = "";
    this.#grow();
    return caption;
  }

  #drawKeys(keyboard) {
    const rows = rowsOf(keyboard);
    this.keys.replaceChildren(...rows.map((row) => el("div", { class: "row" }, row.map((button) => el("button", {
      type: "button", class: `key ${button.style ? `style-${button.style}` : ""}`,
      "data-sheet": button.request_location ? "" : null, onclick: () => this.#key(button, keyboard),
    }, button.text)))));
    this.input.placeholder = keyboard?.input_field_placeholder || "Сообщение";
  }

  #showKeys() {
    const any = this.keys.childElementCount > 0 && !this.line.hidden;
    this.fold.hidden = !any;
    this.keys.hidden = !any || this.#folded;
    this.fold.setAttribute("aria-expanded", String(!this.keys.hidden));
  }

  #key(button, keyboard) {
    if (button.request_contact) this.phone.attach.ownContact();
    else if (button.request_location) this.phone.attach.places();
    else this.phone.say(button.text);
    if (keyboard.one_time_keyboard) {
      this.#folded = true;
      this.#showKeys();
    }
  }

  #grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 132)}px`;
    this.line.classList.toggle("typed", this.input.value.trim() !== "");
  }

  #send() {
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    this.#grow();
    this.phone.say(text).then((sent) => {
      if (sent || this.input.value) return;
      this.input.value = text;
      this.#grow();
    });
  }

  #begin() {
    if (!this.phone.chat.blocked) {
      this.phone.say("/start");
      return;
    }
    this.phone.block(false);
  }

  async #commands() {
    await this.phone.attempt(async () => {
      const told = await sim("messages", { token: this.phone.world.bot.token, chat: this.phone.person.chat });
      this.phone.chat.commands = told.commands ?? [];
    });
    const { commands } = this.phone.chat;
    this.phone.sheet.open("Команды", commands.length ? commands.map((item) => ({
      title: `/${item.command}`, note: item.description, action: () => this.phone.say(`/${item.command}`),
    })) : [{ heading: "Бот ещё не прислал список команд для этого чата." }]);
  }
}
