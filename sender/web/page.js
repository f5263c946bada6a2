"use strict";
const $ = (id) => document.getElementById(id);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const now = () => performance.timeOrigin + performance.now();  // ms; monotonic

// ---- The stream: multipart, and the stamp in each JPEG ----

const kNoPictures = "The response is not an MJPEG stream.";

class MultipartParser {
  ended = "";      // the reason as a sentence, once the stream has ended
  #head = "";      // delimiter and header lines received so far
  #jpeg = null;    // the frame being received
  #filled = 0;     // bytes received of it
  #captured = 0;
  #quality = null;
  #begun = 0;      // time of arrival of its first chunk

  constructor(onFrame) { this.onFrame = onFrame; }

  // A chunk may end anywhere, even within a header. Each byte is copied once.
  push(chunk) {
    for (let at = 0; at < chunk.length && !this.ended;) {
      if (!this.#jpeg) {
        this.#readHead(chunk[at++]);
        continue;
      }
      const piece = chunk.subarray(at, at + this.#jpeg.length - this.#filled);
      this.#jpeg.set(piece, this.#filled);
      this.#filled += piece.length;
      at += piece.length;
      if (this.#filled < this.#jpeg.length) continue;
      this.onFrame({ jpeg: this.#jpeg, captured: this.#captured, quality: this.#quality,
                     took: now() - this.#begun });
      this.#jpeg = null;
    }
  }

  #readHead(byte) {
    this.#head += String.fromCharCode(byte);
    if (this.#head.endsWith("--frame--")) this.ended = "The sender has ended the stream.";
    if (this.#head.length > 4096) this.ended = kNoPictures;
    if (!this.#head.endsWith("\r\n\r\n")) return;
    const field = (name) => this.#head.match(new RegExp(`^${name}: *([\\d.]+)`, "im"))?.[1];
    const size = Number(field("Content-Length"));
    if (!(size > 0 && size < 2 ** 28)) return void (this.ended = kNoPictures);
    this.#captured = field("X-Timestamp") * 1000 || null;  // ms on the sender's clock
    this.#quality = Number(field("X-Quality")) || null;  // of JPEGs that the sender encoded
    this.#begun = now();
    this.#jpeg = new Uint8Array(size);
    this.#filled = 0;
    this.#head = "";
  }
}

// Reads the sender's APP9 segment, which is among the first segments.
function readStamp(jpeg) {
  for (let at = 2; at + 4 < jpeg.length && jpeg[at] === 0xff;) {
    const end = at + 2 + jpeg[at + 2] * 256 + jpeg[at + 3];
    const text = String.fromCharCode(...jpeg.subarray(at, at + 96));
    const fields = /^\xff\xe9\0\x5ejpegwire\0\x02([0-9a-f]{82})$/.exec(text)?.[1];
    if (fields) return stampOf(fields);
    if (jpeg[at + 1] === 0xda) return null;
    at = end;
  }
  return null;
}

// The fields are hexadecimal text: flags in two digits, stream id in 16, sequence number in 8,
// capture time in 16.
function stampOf(fields) {
  return {
    noSignal: (parseInt(fields.slice(0, 2), 16) & 1) !== 0,
    stream: fields.slice(2, 18),
    sequence: parseInt(fields.slice(18, 26), 16),
    captured: parseInt(fields.slice(26, 42), 16) / 1000,
  };
}

// ---- Offset of the sender's clock ----

class SenderClock {
  #polls = [];
  #newest = 0;  // capture time since the last poll
  best = null;

  // A poll sent at t0 and answered at t1 got the sender's `time`. The offset is uncertain by half
  // the round trip, so the shortest of the last polls is the best one.
  add(t0, t1, time) {
    const poll = { ahead: time - (t0 + t1) / 2, uncertainty: (t1 - t0) / 2 };
    // Two polls that contradict each other: a clock was set in between, or a machine was suspended.
    const agrees = (old) =>
      Math.abs(old.ahead - poll.ahead) < old.uncertainty + poll.uncertainty + 1;
    this.#polls = [...this.#polls.filter(agrees), poll].slice(-30);
    this.best = this.#polls.reduce((a, b) => (b.uncertainty < a.uncertainty ? b : a));
    this.#newest = 0;
  }

  ageOf(captured) {
    if (!this.best || !captured) return null;
    // Captures go back if the sender's clock is set back; the next poll shows by how much.
    if (captured < this.#newest - 500) return null;
    this.#newest = Math.max(this.#newest, captured);
    const age = now() + this.best.ahead - captured;
    // A picture drawn before its capture has a capture time of another clock.
    return age < -this.best.uncertainty - 1 ? null : Math.max(0, age);
  }
}

// ---- Measurements ----

class Recent {
  #events = [];
  constructor(seconds) { this.span = seconds * 1000; }
  add(value) { this.#events.push({ time: now(), value }); }
  get events() {
    const since = now() - this.span;
    return (this.#events = this.#events.filter((event) => event.time > since));
  }
  get sum() { return this.events.reduce((sum, event) => sum + event.value, 0); }
}

// What the link carries, told from the frames that took more than a moment to arrive.
class LinkRate {
  value = null;  // bits per second
  add(bytes, ms) {
    if (bytes < 6000 || ms < 2) return;
    const rate = (bytes * 8000) / ms;
    this.value = this.value === null ? rate : this.value + (rate - this.value) / 5;
  }
}

const clock = new SenderClock();
const link = new LinkRate();
const draws = new Recent(1);     // value: the age at drawing
const received = new Recent(1);  // bytes
const losses = new Recent(1);    // frames
const arrivals = new Recent(5);  // of frames; value: the number skipped before it
const drops = { skipped: 0, displaced: 0, damaged: 0 };
let stats = null;      // the sender's, from the last poll
let shown = null;      // the last picture on the canvas
let noSignal = false;  // the canvas shows a card, because the sender has no picture
let quality = null;    // JPEG quality of the last picture, if the sender encoded it

function drop(kind, count) {
  drops[kind] += count;
  losses.add(count);
}

// ---- Decoding and drawing: the latest frame wins ----

const picture = $("picture");
const pen = picture.getContext("2d", { alpha: false });
let decoding = false;
let waiting = null;

async function show(frame) {
  if (decoding) {
    if (waiting) drop("displaced", 1);
    waiting = frame;
    return;
  }
  decoding = true;
  for (; frame; [frame, waiting] = [waiting, null]) {
    try {
      draw(await createImageBitmap(new Blob([frame.jpeg], { type: "image/jpeg" })), frame);
    } catch {
      drop("damaged", 1);
    }
  }
  decoding = false;
}

function draw(bitmap, frame) {
  if (picture.width !== bitmap.width || picture.height !== bitmap.height)
    Object.assign(picture, { width: bitmap.width, height: bitmap.height });
  pen.drawImage(bitmap, 0, 0);
  bitmap.close();
  noSignal = frame.noSignal;
  quality = frame.quality;
  document.body.classList.toggle("away", noSignal);
  if (!noSignal) shown = { captured: frame.captured, drawn: now() };
  draws.add(noSignal ? null : clock.ageOf(frame.captured));
  if (!frame.connection.signal.aborted) showNotice(null);
}

// ---- Receiving: reconnects until the page is closed ----

let connection = null;  // an AbortController
let lastByte = 0;       // time of arrival
let silenceLimit = 0;   // ms without a byte before a notice is shown; depends on the frame rate

// no-store: otherwise Chromium delays a second page's request to reuse the first one's response.
const ask = (path, signal = AbortSignal.timeout(5000)) =>
  fetch(path, { cache: "no-store", signal });
const refusal = ({ status, statusText }) => `The sender answers “${status} ${statusText}”.`;

function skippedBetween(last, stamp) {
  if (!stamp || last?.stream !== stamp.stream) return 0;
  const gap = (stamp.sequence - last.sequence - 1) >>> 0;  // it wraps after 2^32
  return gap < 2 ** 31 ? gap : 0;
}

// Returns as a sentence why the stream ended.
async function receive(connection, onFrame) {
  const response = await ask("/stream?adapt=auto", connection.signal);
  link.value = null;
  if (!response.ok) return refusal(response);
  let last = null;
  let lastFrame = now();
  const parser = new MultipartParser((frame) => {
    silenceLimit = Math.max(3000, 3 * (now() - lastFrame));
    lastFrame = now();
    const stamp = readStamp(frame.jpeg);
    const skipped = skippedBetween(last, stamp);
    if (skipped > 0) drop("skipped", skipped);
    arrivals.add(skipped);
    link.add(frame.jpeg.length, frame.took);
    last = stamp;
    onFrame({ ...frame, connection, noSignal: stamp?.noSignal ?? false });
  });
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return "The stream has stopped.";
    lastByte = now();
    received.add(value.length);
    parser.push(value);
    if (parser.ended) return parser.ended;
  }
}

async function watch() {
  let pause = 250;
  for (;;) {
    await seen();
    connection = new AbortController();
    [lastByte, silenceLimit] = [now(), 3000];
    const onFrame = (frame) => { pause = 250; show(frame); };
    const end = await receive(connection, onFrame).catch(() => "The stream has stopped.");
    connection.abort();
    if (hidden) continue;
    showNotice(`${end} Trying again…`);
    await sleep(pause);
    pause = Math.min(2000, pause * 2);
  }
}

async function pollStats() {
  for (let polls = 0;; ++polls) {
    await seen();
    try {
      const t0 = now();
      const response = await ask("/stats.json");
      const t1 = now();
      stats = await response.json();
      clock.add(t0, t1, stats.time_us / 1000);
    } catch {
      stats = null;
    }
    await sleep(polls < 5 ? 100 : 1000);  // the first polls are slow while the page loads
  }
}

// True after the page has been hidden for a while; the stream is then disconnected.
let hidden = false;
let hiding = 0;
const onSeen = [];
const seen = () => new Promise((resolve) => (hidden ? onSeen.push(resolve) : resolve()));

function leave() {
  hidden = true;
  connection.abort();
  showNotice("Returning to the stream…");
}

document.addEventListener("visibilitychange", () => {
  clearTimeout(hiding);
  hidden = false;
  if (document.hidden) hiding = setTimeout(leave, 10000);
  else for (const resolve of onSeen.splice(0)) resolve();
});

// ---- Showing the figures ----

class Figure {
  #samples = [];  // of the last half minute
  constructor(id) {
    this.element = $(id);
    this.dd = this.element.querySelector("dd");
    this.element.insertAdjacentHTML("beforeend", `<dd aria-hidden="true">
      <svg viewBox="0 0 59 20" preserveAspectRatio="none"><path/><path/></svg></dd>`);
    this.paths = this.element.querySelectorAll("path");
  }

  // A line joins known values only; null starts a new line.
  set(value, text, unit = "") {
    this.dd.textContent = text;
    if (unit) this.dd.insertAdjacentHTML("beforeend", ` <small>${unit}</small>`);
    this.#samples = value === null ? [] : [...this.#samples, value].slice(-60);
    const most = Math.max(1, ...this.#samples) * 1.1;
    const first = 60 - this.#samples.length;
    const point = (y, i) => `${first + i} ${(19 - (18 * y) / most).toFixed(2)}`;
    const line = this.#samples.map(point).join("L");
    this.paths[0].setAttribute("d", line && `M${line}`);
    this.paths[1].setAttribute("d", line && `M${first} 20L${line}L59 20Z`);
  }
}

const figures = Object.fromEntries(
  ["age", "rate", "bits", "viewers", "drops"].map((id) => [id, new Figure(id)]));

function describeTime(ms) {
  if (ms < 999.5) return [ms.toFixed(0), "ms"];
  if (ms < 59950) return [(ms / 1000).toFixed(1), "s"];
  const seconds = String(Math.floor(ms / 1000) % 60).padStart(2, "0");
  return [`${Math.floor(ms / 60000)}:${seconds}`, "min"];
}

function labelAge(name, detail) {
  const label = figures.age.element.querySelector("dt");
  label.firstChild.data = `${name} `;
  label.querySelector("small").textContent = detail;
}

function showNoSignal() {
  const { element } = figures.age;
  figures.age.set(null, "no signal");
  element.className = "red";
  const since = shown && describeTime(now() - shown.drawn).join(" ");
  labelAge(since ? "last picture" : "age", since ?? "");
  element.title = "The sender has no picture at present" +
    (since ? `; the last one arrived ${since} ago` : "");
  $("note").textContent = `${element.title}.`;
}

function showAge() {
  // Once the sender is gone, its last card says nothing any more.
  if (noSignal && $("trouble").hidden) return showNoSignal();
  // The median is steady. While no frame arrives, the age of the picture on the screen increases.
  const ages = draws.events.map((event) => event.value).filter((age) => age !== null);
  const median = ages.sort((a, b) => a - b)[ages.length >> 1];
  const age = median ?? (shown && clock.ageOf(shown.captured));
  figures.age.set(age, ...(age === null ? ["unknown"] : describeTime(age)));
  const { element } = figures.age;
  element.className = age > 1000 ? "red" : age > 200 ? "amber" : "";
  const uncertainty = age === null ? "" : `±${Math.ceil(clock.best.uncertainty)} ms`;
  labelAge("age", uncertainty);
  element.title = age === null
    ? "Unknown until the sender's clock and the capture time are known"
    : `Time from capture to drawing, ${uncertainty}, without the delay of the screen`;
  $("note").textContent = `Age: ${element.title[0].toLowerCase()}${element.title.slice(1)}.`;
}

function showDrops() {
  const { element } = figures.drops;
  figures.drops.set(losses.sum, drops.skipped + drops.displaced + drops.damaged);
  const skipped = arrivals.sum;
  const loss = skipped > 0 ? (100 * skipped) / (skipped + arrivals.events.length) : 0;
  element.className = loss >= 1 ? "amber" : "";
  element.querySelector("small").textContent = loss > 0 ? `· loss ${loss.toFixed(loss < 9.95 ? 1 : 0)} %` : "";
  element.title = "Frames not shown since this page was opened: " +
    `${drops.skipped} skipped by the sender, ${drops.displaced} received faster than ` +
    `the page can draw, ${drops.damaged} damaged`;
  const remedy = "Loss is the share of frames skipped in the last 5 s. A smaller --size of the " +
    "sender helps.";
  if (loss < 1) return;
  element.title += `. ${remedy}`;
  $("note").textContent += ` ${remedy}`;
}

// What the sender has reduced so that the link carries all frames.
function showLink() {
  const { element } = figures.bits;
  const isReduced = stats && (picture.width < stats.width || (quality && quality < stats.quality));
  const size = `${picture.width}x${picture.height}${quality ? ` q${quality}` : ""}`;
  element.querySelector("small").textContent = isReduced ? `· ${size}` : "";
  element.title = "Data received by this page in the last second";
  if (!isReduced || !link.value) return;
  const reason = `${size}: this link carries ${(link.value / 1e6).toFixed(link.value < 1e7 ? 1 : 0)} Mbit/s`;
  element.title += `. ${reason}`;
  $("note").textContent += ` ${reason}.`;
}

function showFigures() {
  showAge();

  // Divides by the time from the first to the last frame; counting the frames of a second alone
  // would often be off by one.
  const times = draws.events.map((event) => event.time);
  const span = times.length && times[times.length - 1] - times[0];
  const rate = span > 700 ? ((times.length - 1) * 1000) / span : times.length;
  figures.rate.set(rate, rate.toFixed(1), "frames/s");

  const bits = received.sum * 8;
  if (bits < 999500) figures.bits.set(bits, (bits / 1e3).toFixed(0), "kbit/s");
  else figures.bits.set(bits, (bits / 1e6).toFixed(1), "Mbit/s");

  const viewers = stats?.viewers_now ?? null;
  figures.viewers.set(viewers, viewers ?? "–");

  showDrops();
  showLink();

  if (stats?.source) {
    $("source").textContent = $("source").title = stats.source;
    document.title = `${stats.source} – jpegwire`;
  }
}

// Shows a sentence over the picture; null removes it.
function showNotice(sentence) {
  document.body.classList.toggle("old", sentence !== null);
  $("trouble").hidden = sentence === null;
  const line = $("trouble").querySelector("span");
  if (line.textContent !== sentence) line.textContent = sentence ?? "";
}

function checkSilence() {
  const silence = now() - lastByte;
  if (silence > silenceLimit && !connection.signal.aborted)
    showNotice("No new picture is arriving.");
  // The connection may be broken without notice, most likely if no poll is answered either.
  if (silence > silenceLimit * (stats ? 10 : 2)) connection.abort();
  const [since, unit] = shown ? describeTime(now() - shown.drawn) : [];
  $("trouble").querySelector("small").textContent =
    since ? `The last picture arrived ${since} ${unit} ago.` : "";
}

// ---- Buttons and keys ----

function toast(text) {
  $("toast").textContent = text;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => ($("toast").textContent = ""), 4000);
}

async function saveSnapshot() {
  try {
    const response = await ask("/snapshot");
    if (!response.ok) return toast(`Snapshot failed: ${refusal(response)}`);
    const jpeg = new Uint8Array(await response.arrayBuffer());
    const captured = new Date(readStamp(jpeg)?.captured ?? now());
    const local = new Date(captured - captured.getTimezoneOffset() * 60000).toISOString();
    const url = URL.createObjectURL(new Blob([jpeg], { type: "image/jpeg" }));
    const download = `jpegwire-${local.slice(0, 19).replaceAll(":", "-")}.jpg`;
    Object.assign(document.createElement("a"), { href: url, download }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
    toast(`Saved ${download}`);
  } catch {
    toast("Snapshot failed: the sender does not answer.");
  }
}

function switchFullscreen() {
  if (document.fullscreenElement) return document.exitFullscreen();
  document.documentElement.requestFullscreen?.()
    .catch((error) => toast(`Full screen failed: ${error.message}`));
}

function switchFigures() {
  const bare = document.body.classList.toggle("bare");
  toast(bare ? "Press o or tap the picture to see the figures again." : "");
}

const actions = { s: saveSnapshot, f: switchFullscreen, o: switchFigures };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  actions[event.key.toLowerCase()]?.();
});
$("snapshot").onclick = saveSnapshot;
$("fullscreen").onclick = switchFullscreen;
$("fullscreen").hidden = !document.fullscreenEnabled;  // as on an iPhone
$("bare").onclick = $("stage").onclick = switchFigures;

showNotice("Connecting…");
watch();
pollStats();
setInterval(() => { checkSilence(); showFigures(); }, 500);
