// Text of a message as DOM. The server's HTML is read by an inert parser and rebuilt tag by tag from a short list:
// anything that is not on the list becomes plain text.

import { el } from "./dom.js";

const PLAIN = {
  B: "b", STRONG: "b", I: "i", EM: "i", U: "u", INS: "u", S: "s", STRIKE: "s", DEL: "s",
  CODE: "code", PRE: "pre", BLOCKQUOTE: "blockquote",
};
const WEB = /^(https?:|tel:|mailto:)/i;
const FOUND = /(?<url>https?:\/\/[^\s<>"«»]+|(?<![\w/.])(?:t|telegram)\.me\/[^\s<>"«»]+)|(?<![\p{L}\p{N}/.<])(?<command>\/[a-z][a-z0-9_]{0,31})(?![\p{L}\p{N}/])/giu;

export function startPayload(url, username) {
  const web = /^(?:https?:\/\/)?(?:t|telegram)\.me\/(\w+)\/?\?(?:.*&)?start=([\w-]{1,64})/i.exec(url);
  const app = /^tg:\/\/resolve\?domain=(\w+)&start=([\w-]{1,64})/i.exec(url);
  const found = web ?? app;
  if (!found || found[1].toLowerCase() !== username.toLowerCase()) return null;
  return found[2];
}

function link(url, label, on) {
  const payload = startPayload(url, on.username);
  if (payload !== null) {
    return el("a", { href: url, class: "deep", title: "Откроется в этом телефоне", onclick: (event) => {
      event.preventDefault();
      on.start(payload);
    } }, label);
  }
  if (!WEB.test(url)) return el("span", {}, label);
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label);
}

function command(word, on) {
  return el("a", { href: "#", class: "command", onclick: (event) => {
    event.preventDefault();
    on.say(word);
  } }, word);
}

function plainText(text, on) {
  const out = [];
  let last = 0;
  for (const match of text.matchAll(FOUND)) {
    const word = match[0].replace(/[.,;:!?)\]]+$/u, "");
    out.push(text.slice(last, match.index));
    if (match.groups.command) {
      out.push(command(word, on));
    } else {
      out.push(link(/^https?:/i.test(word) ? word : `https://${word}`, word, on));
    }
    last = match.index + word.length;
  }
  out.push(text.slice(last));
  return out;
}

function copy(source, on, linked) {
  const out = [];
  for (const node of source.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) {
      out.push(...(linked ? [node.data] : plainText(node.data, on)));
    } else if (node.nodeType === Node.ELEMENT_NODE) {
      out.push(...copyElement(node, on, linked));
    }
  }
  return out;
}

function copyElement(node, on, linked) {
  if (node.tagName === "BR") return ["\n"];
  if (node.tagName === "SCRIPT" || node.tagName === "STYLE") return [node.textContent];
  if (node.tagName === "A" && node.classList.contains("command")) return [command(node.textContent, on)];
  if (node.tagName === "A") {
    const inner = copy(node, on, true);
    const href = node.getAttribute("href") ?? "";
    return [linked ? el("span", {}, ...inner) : link(href, inner, on)];
  }
  if (node.matches("tg-spoiler, .tg-spoiler, .spoiler")) {
    return [el("span", { class: "spoiler", tabindex: "0", title: "Показать", onclick: (event) => {
      event.currentTarget.classList.add("open");
    } }, ...copy(node, on, linked))];
  }
  const tag = PLAIN[node.tagName];
  const keep = linked || tag === "code" || tag === "pre";
  const inner = copy(node, on, keep);
  return tag ? [el(tag, {}, ...inner)] : inner;
}

export function textNodes(message, on) {
  if (typeof message.html !== "string") return plainText(message.text ?? "", on);
  const page = new DOMParser().parseFromString(`<div>${message.html}</div>`, "text/html");
  return copy(page.body, on, false);
}

export function plain(message) {
  if (typeof message.text === "string" && message.text) return message.text;
  if (typeof message.html !== "string") return "";
  return new DOMParser().parseFromString(message.html, "text/html").body.textContent;
}
