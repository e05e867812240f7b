// Building DOM without innerHTML: whatever a stranger typed arrives here as text and stays text.

const SVG = "http://www.w3.org/2000/svg";

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const ICONS = {
  clip: "m20 11-8.4 8.4a5 5 0 0 1-7-7L13.400 3.600a3.300 3.300 0 0 1 4.700 4.700l-8.400 8.400a1.700 1.700 0 0 1-2.400-2.400L15 6.600",
  send: "M4 12 20 4l-5 16-3.500-6.500zM11.500 13.500 20 4",
  menu: "M4 7h16M4 12h16M4 17h10",
  more: "M12 5.500v.01M12 12v.01M12 18.500v.01",
  scan: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5M9 9h2v2H9zM13.500 9H15v1.500M9 13.500v1.500M13 13h2v2h-2z",
  pin: "M12 21s-6.500-5.700-6.500-11a6.500 6.500 0 0 1 13 0c0 5.300-6.500 11-6.500 11zM12 12.300a2.300 2.300 0 1 0 0-4.600 2.300 2.300 0 0 0 0 4.600z",
  image: "M4 5h16v14H4zM4 16l4.500-4.500 4 4 2.500-2.500 5 5M15.500 9.500v.01",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  video: "M3 6.500h12v11H3zM15 10.500l6-3v9l-6-3",
  voice: "M12 14.500a3 3 0 0 0 3-3v-5a3 3 0 0 0-6 0v5a3 3 0 0 0 3 3zM6 11.500a6 6 0 0 0 12 0M12 17.500v3",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.500 20.500c.6-4 3.500-6 7.500-6s6.900 2 7.500 6",
  people: "M9 11.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM2.500 20c.5-3.600 3-5.500 6.500-5.500s6 1.900 6.500 5.500M15.500 4.800a3.500 3.500 0 0 1 0 6.400M18 14.800c2 .8 3.200 2.600 3.500 5.200",
  repeat: "M5 12a7 7 0 0 1 12.500-4.300L19 9.500M19 4.500v5h-5M19 12a7 7 0 0 1-12.500 4.300L5 14.500M5 19.500v-5h5",
  keys: "M3 6h18v12H3zM7 10v.01M12 10v.01M17 10v.01M8 14.500h8",
  down: "m6 9 6 6 6-6",
  back: "m14 6-6 6 6 6",
  link: "M8 16 17 7M9.500 7H17v7.500",
  close: "M6 6l12 12M18 6 6 18",
};

export function icon(name, size = 22) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("width", size);
  svg.setAttribute("height", size);
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon icon-${name}`);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export function avatar(name, seed, size = "") {
  const hue = [211, 28, 142, 268, 348, 188, 48, 310][Math.abs(Number(seed) || 0) % 8];
  const node = el("span", { class: `avatar ${size}`, "aria-hidden": "true" }, [...name.trim()][0]?.toUpperCase() ?? "?");
  node.style.setProperty("--hue", hue);
  return node;
}
