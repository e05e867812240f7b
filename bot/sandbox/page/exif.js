// Time and place written into a JPEG as a phone's camera does, so that "photo as a file" carries what the bot compares.

const MOSCOW_MS = 3 * 3600 * 1000;

class Tiff {
  constructor() {
    this.bytes = [];
  }

  u16(value) {
    this.bytes.push((value >> 8) & 255, value & 255);
  }

  u32(value) {
    this.u16((value >>> 16) & 65535);
    this.u16(value & 65535);
  }
}

// One directory: entries [tag, type, count, bytes]; values longer than four bytes go behind the directory.
function directory(at, entries) {
  const out = new Tiff();
  const tail = [];
  out.u16(entries.length);
  const behind = at + 2 + entries.length * 12 + 4;
  for (const [tag, type, count, value] of entries) {
    out.u16(tag);
    out.u16(type);
    out.u32(count);
    if (value.length <= 4) {
      out.bytes.push(...value, ...Array(4 - value.length).fill(0));
    } else {
      out.u32(behind + tail.length);
      tail.push(...value, ...(value.length % 2 ? [0] : []));
    }
  }
  out.u32(0);
  return [...out.bytes, ...tail];
}

const ascii = (text) => [...text].map((char) => char.charCodeAt(0)).concat(0);

function u32s(...values) {
  const out = new Tiff();
  for (const value of values) out.u32(value);
  return out.bytes;
}

function degrees(value) {
  const whole = Math.abs(value);
  const minutes = (whole % 1) * 60;
  return u32s(Math.floor(whole), 1, Math.floor(minutes), 1, Math.round((minutes % 1) * 60 * 10000), 10000);
}

function stamp(when) {
  const iso = new Date(when.getTime() + MOSCOW_MS).toISOString();
  return ascii(`${iso.slice(0, 10).replaceAll("-", ":")} ${iso.slice(11, 19)}`);
}

function tiff(when, place) {
  const camera = ascii("Sandbox");
  const model = ascii("Phone 1");
  const first = (exifAt, gpsAt) => directory(8, [
    [0x010f, 2, camera.length, camera], [0x0110, 2, model.length, model], [0x0132, 2, 20, stamp(when)],
    [0x8769, 4, 1, u32s(exifAt)], ...(place ? [[0x8825, 4, 1, u32s(gpsAt)]] : []),
  ]);
  const exifAt = 8 + first(0, 0).length;
  const exif = directory(exifAt, [[0x9003, 2, 20, stamp(when)], [0x9004, 2, 20, stamp(when)], [0x9011, 2, 7, ascii("+03:00")]]);
  const gpsAt = exifAt + exif.length;
  const gps = place ? directory(gpsAt, [
    [1, 2, 2, ascii(place.lat < 0 ? "S" : "N")], [2, 5, 3, degrees(place.lat)],
    [3, 2, 2, ascii(place.lon < 0 ? "W" : "E")], [4, 5, 3, degrees(place.lon)],
  ]) : [];
  return [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, ...first(exifAt, gpsAt), ...exif, ...gps];
}

export function withExif(jpeg, when, place) {
  const body = [...ascii("Exif"), 0, ...tiff(when, place)];
  const length = body.length + 2;
  const head = [0xff, 0xd8, 0xff, 0xe1, length >> 8, length & 255, ...body];
  const out = new Uint8Array(head.length + jpeg.length - 2);
  out.set(head);
  out.set(jpeg.subarray(2), head.length);
  return out;
}
