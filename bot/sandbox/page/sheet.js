// A menu that rises from the bottom of one phone: attachments, commands, places, people. One at a time.

import { el, icon } from "./dom.js";

export class Sheet {
  constructor(root) {
    this.root = root;
    this.node = null;
    this.opener = null;
    root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.node) return;
      this.close();
      this.opener?.focus({ preventScroll: true });
    });
    root.addEventListener("pointerdown", (event) => {
      if (this.node && !this.node.contains(event.target) && !event.target.closest("[data-sheet]")) this.close();
    });
  }

  close() {
    this.node?.remove();
    this.node = null;
  }

  // items: {title, note, icon, picture, action, stay} or {heading} or {check, on, change}
  open(title, items, back = null) {
    const again = this.node?.dataset.title === title && !back;
    if (!this.node) this.opener = document.activeElement;
    this.close();
    if (again) return;
    const list = el("div", { class: "sheet-items" }, items.map((item) => this.#item(item)));
    this.node = el("div", { class: "sheet", role: "menu", "aria-label": title, "data-title": title },
      el("div", { class: "sheet-head" },
        back ? el("button", { type: "button", class: "plain", "aria-label": "Назад", onclick: back }, icon("back", 18)) : null,
        el("b", {}, title),
        el("button", { type: "button", class: "plain", "aria-label": "Закрыть", onclick: () => this.close() }, icon("close", 16))),
      list);
    this.root.append(this.node);
    list.querySelector("button")?.focus({ preventScroll: true });
  }

  #item(item) {
    if (item.heading) return el("p", { class: "sheet-heading" }, item.heading);
    if (item.check) {
      const box = el("input", { type: "checkbox", checked: item.on, onchange: () => item.change(box.checked) });
      return el("label", { class: "sheet-check" }, box, item.check);
    }
    return el("button", { type: "button", role: "menuitem", class: "sheet-item", onclick: () => {
      if (!item.stay) this.close();
      item.action();
    } }, item.icon ? icon(item.icon, 20) : null,
    el("span", { class: "sheet-words" }, el("span", {}, item.title), item.note ? el("small", {}, item.note) : null));
  }
}
