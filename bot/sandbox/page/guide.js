// "What to try": one line that leads through a story step by step and points at the phone whose turn it is.
// A step ticks itself off when its person's phone shows a text that matches; a step without a pattern is ticked by hand.

import { el, icon } from "./dom.js";
import { plain } from "./text.js";

const GRACE_MS = 5000;
const KEY = "naryad-sandbox-guide";

function restore() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

// A pattern that cannot be read must not stop the page: such a step is ticked by hand.
function pattern(source) {
  if (!source) return null;
  try {
    return new RegExp(source, "iu");
  } catch (error) {
    console.warn(error.message);
    return null;
  }
}

export class Guide {
  constructor(root, tries, world) {
    this.root = root;
    this.tries = tries.map((one) => ({ ...one, steps: one.steps.map((step) => ({ ...step, seen: pattern(step.seen) })) }));
    this.world = world;
    const kept = restore();
    this.done = tries.map((one, i) => (kept.titles?.[i] === one.title ? kept.done[i] : []));
    this.current = Math.min(kept.current ?? 0, Math.max(0, tries.length - 1));
    this.begun = kept.begun ?? 0;
    this.listed = false;
    root.hidden = tries.length === 0;
    document.addEventListener("click", (event) => {
      if (this.listed && !event.composedPath().includes(root)) this.#list(false);
    });
    this.draw();
  }

  get started() {
    return this.done.some((steps) => steps.length > 0);
  }

  forget() {
    this.done = this.tries.map(() => []);
    this.current = 0;
    this.begun = 0;
    this.#keep();
    this.draw();
  }

  person(who) {
    const key = String(who ?? "").toLowerCase();
    const { people } = this.world;
    return people.find((one) => [one.chat, one.user, one.name, one.role].some((word) => String(word).toLowerCase() === key))
      ?? people.find((one) => key && one.name.toLowerCase().startsWith(key));
  }

  // Steps of the story in hand are ticked strictly in order, by messages shown since it began (many stories have a step in
  // common) and since the step before, with a little grace for those that crossed.
  look() {
    const { steps } = this.tries[this.current] ?? { steps: [] };
    const done = this.done[this.current];
    let moved = false;
    while (done?.length < steps.length && this.#seen(steps[done.length], Math.max(this.begun + GRACE_MS, done.at(-1) ?? 0))) {
      done.push(Date.now());
      moved = true;
    }
    if (moved) this.#onward();
  }

  #onward() {
    if (this.#finished(this.current)) {
      const next = this.tries.findIndex((_, i) => i > this.current && !this.#finished(i));
      if (next >= 0) this.#begin(next);
    }
    this.#keep();
    this.draw();
  }

  #seen(step, since) {
    if (!step.seen) return false;
    const person = this.person(step.who);
    const chats = person ? [person.chat] : this.world.people.map((one) => one.chat);
    return chats.some((id) => {
      const chat = this.world.store.chat(id);
      return [...chat.messages.values()].some((message) => (
        chat.touched.get(message.message_id) >= since - GRACE_MS && step.seen.test(plain(message))));
    });
  }

  #finished(i) {
    return this.done[i].length >= this.tries[i].steps.length;
  }

  #keep() {
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ titles: this.tries.map((one) => one.title), done: this.done, current: this.current, begun: this.begun }));
    } catch {
      // private windows may have no storage; the ticks then live as long as the page
    }
  }

  #begin(i) {
    this.current = i;
    this.begun = Date.now();
  }

  #choose(i) {
    this.#begin(i);
    this.#list(false);
    this.#keep();
    this.draw();
  }

  #list(open) {
    this.listed = open;
    this.draw();
  }

  draw() {
    if (!this.tries.length) return;
    const one = this.tries[this.current];
    const at = this.done[this.current].length;
    const step = one.steps[at];
    const person = step ? this.person(step.who) : null;
    this.world.point(person);
    this.root.replaceChildren(
      el("button", { type: "button", class: "guide-title", "aria-expanded": String(this.listed), onclick: () => this.#list(!this.listed) },
        el("span", { class: "guide-what" }, "Что попробовать"), el("b", {}, one.title), icon("down", 14)),
      el("span", { class: "dots", "aria-hidden": "true" }, one.steps.map((_, i) => el("i", { class: i < at ? "done" : i === at ? "now" : "" }))),
      step ? this.#line(step, person, at, one.steps.length) : el("p", { class: "guide-step" }, "Готово. Выберите следующее."),
      this.listed ? this.#panel() : "");
  }

  #line(step, person, at, total) {
    const hidden = person && !this.world.shown(person);
    return el("p", { class: "guide-step", "aria-live": "polite" },
      el("span", { class: "count" }, `${at + 1}/${total}`), person ? el("button", { type: "button", class: "guide-who", onclick: () => this.world.bring(person) }, person.name) : el("b", {}, step.who ?? ""),
      el("span", { class: "what" }, step.what),
      hidden ? el("button", { type: "button", class: "small", onclick: () => this.world.bring(person) }, "Показать телефон") : null,
      el("button", { type: "button", class: "small quiet", onclick: () => this.#tick() }, step.seen ? "Пропустить" : "Сделано"));
  }

  #tick() {
    this.done[this.current].push(Date.now());
    this.#onward();
  }

  #panel() {
    return el("div", { class: "guide-panel" }, this.tries.map((one, i) => el("section", { class: i === this.current ? "current" : "" },
      el("button", { type: "button", class: "story", onclick: () => this.#choose(i) },
        el("span", { class: `tick ${this.#finished(i) ? "done" : ""}`, "aria-hidden": "true" }, this.#finished(i) ? "✓" : i + 1), el("b", {}, one.title)),
      el("ol", {}, one.steps.map((step, j) => el("li", { class: j < this.done[i].length ? "done" : "" },
        el("b", {}, this.person(step.who)?.name ?? step.who ?? ""), " — ", step.what))))));
  }
}
