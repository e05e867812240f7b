// What a person can attach: pictures (as a photo or as a file), video, a place, a contact, any file of their own.

import { sim } from "./api.js";
import { el } from "./dom.js";
import { isMine, metres } from "./message.js";
import { clip, hum, jpeg, KINDS } from "./pictures.js";

const HOUR = 3600;

export function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

function away(point, km) {
  const turn = Math.PI / 4;
  return {
    lat: point.lat + (Math.cos(turn) * km) / 111.2,
    lon: point.lon + (Math.sin(turn) * km) / (111.2 * Math.cos((point.lat * Math.PI) / 180)),
  };
}

export class Attach {
  constructor(phone) {
    this.phone = phone;
    this.place = phone.person.place ?? phone.world.sites[0] ?? { lat: 55.7558, lon: 37.6173 };
    this.last = null;
    this.forwarded = false;
    this.live = false;
  }

  open() {
    const { sheet } = this.phone;
    const back = () => this.open();
    sheet.close();
    sheet.open("Прикрепить", [
      { title: "Фото", icon: "image", stay: true, action: () => this.#pictures("photo", back) },
      { title: "Фото файлом", note: "с временем и местом съёмки", icon: "file", stay: true, action: () => this.#pictures("document", back) },
      { title: "Видео", icon: "video", stay: true, action: () => this.#videos(back) },
      { title: "Голосовое", note: "две секунды", icon: "voice", action: () => this.phone.attempt(async () => {
        this.phone.toast("Записываю голос…");
        await this.#send("voice", [await hum()]);
      }) },
      { title: "Геопозиция", icon: "pin", stay: true, action: () => this.places(back) },
      { title: "Мой контакт", icon: "person", action: () => this.ownContact() },
      { title: "Чужой контакт", icon: "people", stay: true, action: () => this.#strangers(back) },
      { title: "Файл…", icon: "file", action: () => this.#ownFiles("document", "*/*") },
    ]);
  }

  #pictures(kind, back) {
    const items = KINDS.map(([name, title]) => ({
      title, note: "новый снимок, каждый раз другой", icon: "image", action: () => this.#sample(kind, name),
    }));
    this.phone.sheet.open(kind === "photo" ? "Фото" : "Фото файлом", [
      ...items,
      kind === "photo" ? { title: "Альбом из трёх", icon: "image", action: () => this.#album() } : null,
      this.last ? { title: "Тот же снимок ещё раз", icon: "repeat", action: () => this.#send(kind, [this.last]) } : null,
      { title: "Свой файл…", icon: "file", action: () => this.#ownFiles(kind, "image/*") },
      { check: "Отправить как пересланное", on: this.forwarded, change: (on) => { this.forwarded = on; } },
    ].filter(Boolean), back);
  }

  #videos(back) {
    this.phone.sheet.open("Видео", [
      { title: "Короткое видео", note: "полторы секунды", icon: "video", action: () => this.phone.attempt(async () => {
        this.phone.toast("Снимаю видео…");
        await this.#send("video", [await clip(this.phone.world.clock.now())]);
      }) },
      { title: "Свой файл…", icon: "file", action: () => this.#ownFiles("video", "video/*") },
    ], back);
  }

  places(back = null) {
    const live = this.#liveMessage();
    const from = this.phone.world.sites.slice().sort((a, b) => metres(this.place, a) - metres(this.place, b)).slice(0, 8);
    const spot = (title, note, point) => ({ title, note, icon: "pin", action: () => this.#go(point, live) });
    this.phone.sheet.open("Геопозиция", [
      ...from.map((site) => spot(site.title, "на объекте", site)),
      spot("Здесь", "где телефон сейчас", this.place),
      spot("В 5 км отсюда", null, away(this.place, 5)),
      live ? { heading: "Идёт трансляция: точка передвинется" } : {
        check: "Транслировать 1 час", on: this.live, change: (on) => { this.live = on; },
      },
    ], back);
  }

  #liveMessage() {
    const now = this.phone.world.clock.now() / 1000;
    return this.phone.chat.sorted().findLast((message) => {
      const seconds = message.location?.live ?? message.location?.live_period;
      if (!seconds || !isMine(message, this.phone.person.user)) return false;
      const sent = typeof message.date === "number" ? message.date : Date.parse(message.date) / 1000;
      return sent + seconds > now;
    });
  }

  #go(point, live) {
    this.place = { lat: point.lat, lon: point.lon };
    const where = { lat: point.lat, lon: point.lon, accuracy: 12 };
    this.phone.attempt(async () => {
      if (live) {
        await sim("move", { token: this.phone.world.bot.token, chat: this.phone.person.chat, message_id: live.message_id, ...where });
      } else {
        await this.phone.tell("location", { ...where, ...(this.live ? { live: HOUR } : {}) });
      }
      this.live = false;
    });
  }

  ownContact() {
    const { person } = this.phone;
    this.phone.attempt(() => this.phone.tell("contact", { phone: person.phone, owner: person.user }));
  }

  #strangers(back) {
    const others = this.phone.world.people.filter((person) => person.user !== this.phone.person.user && person.phone);
    this.phone.sheet.open("Чужой контакт", others.map((person) => ({
      title: person.name, note: person.phone, icon: "person",
      action: () => this.phone.attempt(() => this.phone.tell("contact", { phone: person.phone, owner: person.user })),
    })), back);
  }

  async #shoot(name) {
    const when = this.phone.world.clock.now();
    const blob = await jpeg(name, { when, place: this.place });
    return { blob, name: `IMG_${when.toISOString().replace(/\D/g, "").slice(0, 14)}.jpg` };
  }

  #sample(kind, name) {
    this.phone.attempt(async () => this.#send(kind, [await this.#shoot(name)]));
  }

  #album() {
    this.phone.attempt(async () => {
      const shots = [];
      for (const [name] of KINDS) shots.push(await this.#shoot(name));
      await this.#send("photo", shots);
    });
  }

  #ownFiles(kind, accept) {
    const input = el("input", { type: "file", accept, multiple: true, hidden: true, "aria-label": "Свой файл" });
    input.addEventListener("change", () => {
      const files = [...input.files].map((file) => ({ blob: file, name: file.name }));
      input.remove();
      if (files.length) this.phone.attempt(() => this.#send(kind, files));
    });
    input.addEventListener("cancel", () => input.remove());
    this.phone.root.append(input);
    input.click();
  }

  async #send(kind, files) {
    const group = files.length > 1 ? `${Date.now()}${Math.floor(Math.random() * 1000)}` : null;
    const caption = this.phone.composer.takeCaption();
    for (const [index, { blob, name, ...shape }] of files.entries()) {
      await this.phone.tell("media", {
        kind, name, data: await base64(blob), ...shape, ...(group ? { group } : {}),
        ...(caption && index === 0 ? { caption } : {}), ...(this.forwarded ? { forwarded: true } : {}),
      });
      if (kind !== "video" && /^image\//.test(blob.type)) this.last = { blob, name };
    }
    this.forwarded = false;
  }
}
