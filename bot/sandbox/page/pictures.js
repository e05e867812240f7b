// Sample pictures, drawn anew each time: the bot refuses a picture it has already seen, so no two may look alike.

import { withExif } from "./exif.js";

const W = 1280;
const H = 960;
const APART = 14;
const rnd = (from, to) => from + Math.random() * (to - from);
const pick = (list) => list[Math.floor(Math.random() * list.length)];

function wall(c) {
  const hue = rnd(0, 360);
  const angle = rnd(0, Math.PI * 2);
  const shade = c.createLinearGradient(W / 2 + Math.cos(angle) * W / 2, H / 2 + Math.sin(angle) * H / 2,
    W / 2 - Math.cos(angle) * W / 2, H / 2 - Math.sin(angle) * H / 2);
  shade.addColorStop(0, `hsl(${hue} 18% ${rnd(72, 90)}%)`);
  shade.addColorStop(rnd(0.3, 0.7), `hsl(${hue + 30} 14% ${rnd(45, 75)}%)`);
  shade.addColorStop(1, `hsl(${hue + 60} 16% ${rnd(35, 65)}%)`);
  c.fillStyle = shade;
  c.fillRect(0, 0, W, H);
  for (let i = 0; i < 7; i++) {
    c.fillStyle = `hsl(${rnd(0, 360)} ${rnd(10, 45)}% ${rnd(25, 85)}% / .55)`;
    c.fillRect(rnd(-100, W), rnd(-60, H * 0.55), rnd(60, 320), rnd(40, 260));
  }
  c.fillStyle = `hsl(${rnd(20, 60)} 12% ${rnd(30, 62)}%)`;
  c.fillRect(0, H * rnd(0.74, 0.84), W, H);
}

function cabinet(c) {
  const w = rnd(420, 760);
  const h = rnd(560, 760);
  const x = rnd(40, W - w - 40);
  const y = H * 0.88 - h;
  const hue = rnd(190, 230);
  c.fillStyle = `hsl(${hue} ${rnd(5, 30)}% ${rnd(78, 95)}%)`;
  c.fillRect(x, y, w, h);
  c.fillStyle = `hsl(${rnd(0, 360)} 55% 45%)`;
  c.fillRect(x, y, w, h * 0.12);
  const doors = pick([1, 2, 3]);
  for (let i = 0; i < doors; i++) {
    const dw = (w - 24) / doors - 12;
    const dx = x + 18 + i * (dw + 12);
    c.fillStyle = `hsl(${hue} 30% ${rnd(25, 55)}%)`;
    c.fillRect(dx, y + h * 0.16, dw, h * 0.74);
    for (let shelf = 0; shelf < 4; shelf++) {
      const sy = y + h * (0.3 + shelf * 0.17);
      for (let bx = dx + 8; bx < dx + dw - 26; bx += rnd(26, 50)) {
        c.fillStyle = `hsl(${rnd(0, 360)} 60% ${rnd(40, 70)}%)`;
        c.fillRect(bx, sy - rnd(30, 62), rnd(16, 24), 62);
      }
      c.fillStyle = "#e8edf0";
      c.fillRect(dx, sy + 30, dw, 6);
    }
  }
  return { x, y, w, h };
}

function puddle(c, box) {
  c.fillStyle = "rgba(70,120,160,.65)";
  c.beginPath();
  c.ellipse(box.x + box.w * rnd(0.2, 0.8), H * 0.88, rnd(200, 380), rnd(30, 52), 0, 0, Math.PI * 2);
  c.fill();
  c.strokeStyle = "rgba(255,255,255,.8)";
  c.lineWidth = rnd(8, 16);
  c.beginPath();
  c.moveTo(box.x + box.w * 0.2, box.y + box.h * 0.2);
  for (let i = 1; i < 6; i++) c.lineTo(box.x + box.w * (0.2 + i * 0.12), box.y + box.h * (0.2 + i * 0.09 + rnd(-0.06, 0.06)));
  c.stroke();
}

function glow(c, box) {
  const light = c.createRadialGradient(box.x + box.w / 2, box.y + box.h / 2, 20, box.x + box.w / 2, box.y + box.h / 2, box.w);
  light.addColorStop(0, "rgba(255,255,235,.55)");
  light.addColorStop(1, "rgba(255,255,235,0)");
  c.fillStyle = light;
  c.fillRect(0, 0, W, H);
}

function plate(c) {
  c.translate(W / 2 + rnd(-90, 90), H / 2 + rnd(-70, 70));
  c.rotate(rnd(-0.14, 0.14));
  const w = rnd(680, 900);
  const h = rnd(400, 520);
  const metal = c.createLinearGradient(-w / 2, -h / 2, w / 2, h / 2);
  metal.addColorStop(0, `hsl(${rnd(190, 230)} 8% ${rnd(70, 90)}%)`);
  metal.addColorStop(1, `hsl(${rnd(190, 230)} 8% ${rnd(84, 96)}%)`);
  c.fillStyle = metal;
  c.fillRect(-w / 2, -h / 2, w, h);
  c.fillStyle = "#20303a";
  c.font = `bold ${Math.round(h * 0.13)}px sans-serif`;
  c.fillText(pick(["KHOLODOK", "SEVERYANA", "ICEBERTO", "PURGA", "MOROZIN"]), -w / 2 + 36, -h / 2 + h * 0.2);
  c.font = `${Math.round(h * 0.085)}px monospace`;
  const serial = Array.from({ length: 10 }, () => Math.floor(rnd(0, 10))).join("");
  [`MODEL  ${pick(["CM", "DM", "CV"])}${Math.floor(rnd(100, 999))}-S`, `S/N    ${serial}`, `220 V  ${Math.floor(rnd(300, 900))} W  R290`,
    `DATE   ${String(Math.floor(rnd(1, 13))).padStart(2, "0")}.20${Math.floor(rnd(15, 25))}`].forEach((line, i) => {
    c.fillText(line, -w / 2 + 36, -h / 2 + h * (0.4 + i * 0.15));
  });
  c.setTransform(1, 0, 0, 1, 0, 0);
}

function label(c, text, when) {
  c.fillStyle = "rgba(0,0,0,.5)";
  c.fillRect(0, H - 96, W, 96);
  c.fillStyle = "#fff";
  c.font = "bold 52px sans-serif";
  c.fillText(text, 36, H - 30);
  c.font = "40px sans-serif";
  c.textAlign = "right";
  c.fillText(when.toLocaleTimeString("ru-RU", { timeZone: "Europe/Moscow" }), W - 36, H - 32);
}

export const KINDS = [["before", "До"], ["after", "После"], ["plate", "Табличка"]];

// Which of two neighbours is brighter, 64 times over: pictures that agree in most of them look alike.
function outline(canvas) {
  const small = new OffscreenCanvas(9, 8).getContext("2d");
  small.imageSmoothingQuality = "high";
  small.drawImage(canvas, 0, 0, 9, 8);
  const { data } = small.getImageData(0, 0, 9, 8);
  const grey = (i) => data[i * 4] * 0.3 + data[i * 4 + 1] * 0.59 + data[i * 4 + 2] * 0.11;
  return Array.from({ length: 64 }, (_, i) => grey(i + Math.floor(i / 8)) < grey(i + Math.floor(i / 8) + 1));
}

const taken = [];

function unlikeAllBefore(canvas) {
  const mine = outline(canvas);
  if (taken.some((other) => other.filter((bit, i) => bit !== mine[i]).length < APART)) return false;
  taken.push(mine);
  if (taken.length > 200) taken.shift();
  return true;
}

export function draw(kind, when) {
  let canvas = sketch(kind, when);
  for (let tries = 0; tries < 30 && !unlikeAllBefore(canvas); tries++) canvas = sketch(kind, when);
  return canvas;
}

function sketch(kind, when) {
  const canvas = document.createElement("canvas");
  canvas.width = W;
  canvas.height = H;
  const c = canvas.getContext("2d");
  wall(c);
  if (kind === "plate") {
    plate(c);
  } else {
    const box = cabinet(c);
    if (kind === "before") puddle(c, box);
    else glow(c, box);
  }
  label(c, KINDS.find(([name]) => name === kind)[1], when);
  return canvas;
}

const blobOf = (canvas) => new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.88));

export async function jpeg(kind, { when, place }) {
  const bytes = new Uint8Array(await (await blobOf(draw(kind, when))).arrayBuffer());
  return new Blob([withExif(bytes, when, place)], { type: "image/jpeg" });
}

async function record(stream, types, act) {
  const type = types.find((name) => window.MediaRecorder?.isTypeSupported(name));
  if (!type) throw new Error("этот браузер не умеет записывать, выберите свой файл");
  const recorder = new MediaRecorder(stream, { mimeType: type });
  const parts = [];
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  const stopped = new Promise((resolve) => recorder.addEventListener("stop", resolve));
  recorder.start();
  await act();
  recorder.stop();
  await stopped;
  const plain = type.split(";")[0];
  return { blob: new Blob(parts, { type: plain }), ending: plain.split("/")[1] };
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Two seconds of a humming voice.
export async function hum() {
  const sound = new AudioContext();
  const out = sound.createMediaStreamDestination();
  const tone = sound.createOscillator();
  const level = sound.createGain();
  tone.frequency.value = rnd(120, 220);
  for (let i = 0; i < 10; i++) tone.frequency.linearRampToValueAtTime(rnd(110, 260), sound.currentTime + 0.2 * (i + 1));
  level.gain.value = 0.25;
  tone.connect(level).connect(out);
  tone.start();
  const { blob, ending } = await record(out.stream, ["audio/ogg;codecs=opus", "audio/mp4", "audio/webm;codecs=opus"], () => pause(2000));
  tone.stop();
  await sound.close();
  return { blob, name: `voice.${ending}`, duration: 2 };
}

// A second and a half of moving picture: enough for the bot to store and show a video.
export async function clip(when) {
  const still = draw("after", when);
  const canvas = document.createElement("canvas");
  canvas.width = 640;
  canvas.height = 480;
  const c = canvas.getContext("2d");
  const { blob, ending } = await record(canvas.captureStream(12), ["video/mp4", "video/webm"], async () => {
    for (let frame = 0; frame < 18; frame++) {
      c.drawImage(still, frame * 8, frame * 6, W - 160, H - 120, 0, 0, canvas.width, canvas.height);
      await pause(80);
    }
  });
  return { blob, name: `video.${ending}`, width: canvas.width, height: canvas.height, duration: 2 };
}
