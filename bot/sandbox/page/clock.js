// The sandbox's clock: shown in Moscow time, moved by four buttons; while the bot does what has become due it says so.

import { sim } from "./api.js";

const MOSCOW = { timeZone: "Europe/Moscow" };
const LONG = new Intl.DateTimeFormat("ru-RU", {
  ...MOSCOW, weekday: "short", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit",
});
const HOURS = new Intl.DateTimeFormat("ru-RU", { ...MOSCOW, hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("ru-RU", { ...MOSCOW, day: "numeric", month: "long" });

export function moment(value) {
  return new Date(typeof value === "number" ? value * 1000 : value);
}

export const hours = (value) => HOURS.format(moment(value));
export const day = (value) => DAY.format(moment(value));

export class Clock {
  #base = Date.now();
  #seen = performance.now();

  constructor(root, complain) {
    this.root = root;
    this.complain = complain;
    for (const button of root.querySelectorAll("[data-advance]")) {
      button.addEventListener("click", () => this.#advance(Number(button.dataset.advance)));
    }
    setInterval(() => this.#draw(), 1000);
    this.#draw();
  }

  now() {
    return new Date(this.#base + performance.now() - this.#seen);
  }

  set(iso) {
    if (!iso) return;
    this.#base = moment(iso).getTime();
    this.#seen = performance.now();
    this.#draw();
  }

  #draw() {
    const face = this.root.querySelector(".clock-now");
    face.textContent = `${LONG.format(this.now())} МСК`;
    face.dateTime = this.now().toISOString();
  }

  async #advance(seconds) {
    const buttons = this.root.querySelectorAll("button");
    const going = this.root.querySelector(".clock-going");
    going.hidden = false;
    for (const button of buttons) button.disabled = true;
    try {
      const result = await sim("clock", { advance: seconds });
      this.set(result.now ?? result);
      if (result.missing?.length) this.complain(`Часы переведены, но не ответили: ${result.missing.join(", ")}`);
    } catch (error) {
      this.complain(`Часы: ${error.message}`);
    } finally {
      going.hidden = true;
      for (const button of buttons) button.disabled = false;
    }
  }
}
