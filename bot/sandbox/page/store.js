// What the page knows of every chat. Phones only draw it; nothing here is invented, all of it was told by the server.

import { startPayload } from "./text.js";

class Chat {
  constructor(id) {
    this.id = String(id);
    this.reset();
  }

  reset() {
    this.messages = new Map();
    this.touched = new Map();
    this.keyboard = null;
    this.commands = [];
    this.blocked = false;
    this.typing = 0;
    this.unseen = 0;
    this.loaded = false;
  }

  put(messages, at) {
    for (const message of messages) {
      this.messages.set(message.message_id, message);
      this.touched.set(message.message_id, at);
    }
  }

  drop(ids) {
    for (const id of ids) this.messages.delete(id);
  }

  sorted() {
    return [...this.messages.values()].sort((a, b) => a.message_id - b.message_id);
  }
}

export class Store {
  #chats = new Map();

  chat(id) {
    const key = String(id);
    if (!this.#chats.has(key)) this.#chats.set(key, new Chat(key));
    return this.#chats.get(key);
  }

  forget() {
    for (const chat of this.#chats.values()) chat.reset();
  }

  fill(id, told, at) {
    const chat = this.chat(id);
    chat.messages.clear();
    chat.put(told.messages ?? told, at);
    chat.keyboard = told.keyboard ?? null;
    chat.commands = told.commands ?? [];
    chat.blocked = Boolean(told.blocked);
    chat.loaded = true;
    return chat;
  }

  // Invitations written to one phone are opened on another: the newest few links seen anywhere else.
  linksOutside(id, username) {
    const found = new Map();
    for (const chat of this.#chats.values()) {
      if (chat.id === String(id)) continue;
      for (const message of chat.messages.values()) {
        for (const url of linksOf(message)) {
          const payload = startPayload(url, username);
          if (payload) found.set(payload, { payload, chat: chat.id, date: message.date });
        }
      }
    }
    return [...found.values()].sort((a, b) => (a.date < b.date ? 1 : -1)).slice(0, 5);
  }
}

function linksOf(message) {
  const source = `${message.html ?? ""} ${message.text ?? ""}`.replaceAll("&amp;", "&");
  const written = source.match(/(?:https?:\/\/)?t\.me\/[^\s"<>]+/g) ?? [];
  const buttons = (message.inline ?? []).flat().map((button) => button.url).filter(Boolean);
  return [...written, ...buttons];
}
