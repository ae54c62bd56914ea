// The documents of an offer go piece by piece as soon as they are chosen: a cut line is taken up where it stopped.
// Without this script, or when it is refused a place, they go with their form, in one go.
const list = document.getElementById("envois");
const status = document.getElementById("etat-des-envois");
const form = list.closest("form");
const box = form.querySelector("input[type=file]");
const WAITS = [1, 2, 4, 8, 15, 30]; // seconds
const MEGABYTE = 1024 * 1024;
const inUse = new Set();
const underWay = new Set();

class Refusal extends Error {}

async function ask(url, options = {}) {
  const headers = { Accept: "application/json", "X-CSRFToken": form.elements.csrf_token?.value ?? "", ...options.headers };
  const answer = await fetch(url, { ...options, headers });
  if (answer.ok && !answer.redirected) return answer.json();
  if (answer.status >= 500 || answer.status === 409 || answer.status === 429) throw new Error(answer.status);
  const said = await answer.json().catch(() => ({}));
  const words = (said.refusals ?? []).map((one) => `${one.message} ${one.remedy}`).join(" ");
  throw new Refusal(words || (answer.status === 401 ? "Votre session est fermée : connectez-vous de nouveau." : "Cet envoi n’existe plus : choisissez de nouveau ce fichier."));
}

const wait = (seconds, stop) => new Promise((resolve) => {
  const timer = setTimeout(resolve, 1000 * seconds);
  addEventListener("online", resolve, { once: true });
  stop.addEventListener("abort", () => { clearTimeout(timer); resolve(); }, { once: true });
});

// What the browser keeps names no file: only whoever has the same one finds its sending again.
async function keyOf(file) {
  const said = new TextEncoder().encode(`${list.dataset.begin}:${file.name}:${file.size}:${file.lastModified}`);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", said));
  return `envoi:${Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

async function remember(file, upload) {
  try {
    const key = await keyOf(file);
    upload ? localStorage.setItem(key, upload.url) : localStorage.removeItem(key);
  } catch { /* a browser that keeps nothing */ }
}

async function remembered(file) {
  try { return localStorage.getItem(await keyOf(file)); } catch { return null; }
}

// The sending of the same file that was cut before, unless this page is at it already.
async function takenUp(file) {
  const url = await remembered(file);
  if (!url || inUse.has(url)) return null;
  try {
    const upload = await ask(url);
    return upload.size === file.size && !upload.is_whole ? upload : null;
  } catch { return null; }
}

async function begun(file) {
  const upload = (await takenUp(file)) ?? (await ask(list.dataset.begin, { method: "POST", body: new URLSearchParams({ name: file.name, size: file.size }) }));
  inUse.add(upload.url);
  await remember(file, upload);
  return upload;
}

async function sendAll(file, upload, line) {
  for (let cuts = 0; upload.offset < file.size;) {
    line.show(upload.offset);
    try {
      const piece = file.slice(upload.offset, upload.offset + upload.piece);
      const headers = { "Content-Type": "application/octet-stream" };
      upload = await ask(`${upload.url}?offset=${upload.offset}`, { method: "POST", body: piece, headers, signal: line.stop });
      cuts = 0;
    } catch (error) {
      if (error instanceof Refusal || line.stop.aborted) throw error;
      line.say("Connexion coupée. L’envoi reprendra seul, là où il s’est arrêté.");
      await wait(WAITS[Math.min(cuts++, WAITS.length - 1)], line.stop);
      if (line.stop.aborted) throw error;
      upload = await ask(upload.url).catch((fault) => { if (fault instanceof Refusal) throw fault; return upload; });
    }
  }
  return upload;
}

function lineOf(file) {
  const stop = new AbortController();
  const line = document.createElement("div");
  const name = document.createElement("p");
  const bar = document.createElement("progress");
  const words = document.createElement("p");
  const button = document.createElement("button");
  name.textContent = `${file.name} (${(file.size / MEGABYTE).toLocaleString("fr-FR", { maximumFractionDigits: 1 })} Mo)`;
  name.className = "mb-0";
  bar.max = file.size;
  bar.setAttribute("aria-label", `Envoi de ${file.name}`);
  words.className = "soft small mb-1";
  button.type = "button";
  button.className = "btn btn-plain";
  button.textContent = "Retirer";
  button.setAttribute("aria-label", `Retirer ${file.name}`);
  line.append(name, bar, words, button);
  list.append(line);
  return {
    stop: stop.signal,
    show(offset) {
      bar.value = offset;
      words.textContent = `${Math.floor((100 * offset) / file.size)} % envoyés`;
    },
    say(text) {
      if (words.textContent !== text) status.textContent = `${file.name}. ${text}`;
      words.textContent = text;
    },
    join(upload) {
      bar.value = file.size;
      const joined = document.createElement("input");
      joined.type = "hidden";
      joined.name = "staged";
      joined.value = upload.id;
      line.append(joined);
      this.say("Envoyé. Il sera joint quand vous enregistrerez.");
    },
    refuse(text) {
      bar.remove();
      words.className = "field-error";
      this.say(text);
    },
    onRemove(act) { button.addEventListener("click", () => { stop.abort(); line.remove(); act(); }); },
    remove() { line.remove(); },
  };
}

async function send(file) {
  const line = lineOf(file);
  let upload = null;
  line.onRemove(() => { remember(file, null); if (upload) ask(upload.discard, { method: "POST" }).catch(() => {}); });
  try {
    upload = await begun(file);
    line.join(await sendAll(file, upload, line));
    remember(file, null);
  } catch (error) {
    if (line.stop.aborted) return null;
    if (error instanceof Refusal) {
      remember(file, null);
      if (upload) ask(upload.discard, { method: "POST" }).catch(() => {});
      line.refuse(error.message);
      return null;
    }
    line.remove(); // it found no place: it goes with the form
    return file;
  }
  return null;
}

box.addEventListener("change", async () => {
  const chosen = [...box.files];
  box.value = "";
  const sending = Promise.all(chosen.map(send));
  underWay.add(sending);
  const left = new DataTransfer();
  for (const file of [...box.files, ...(await sending)]) if (file) left.items.add(file);
  box.files = left.files;
  underWay.delete(sending);
});

form.addEventListener("submit", async (event) => {
  if (!underWay.size) return;
  event.preventDefault();
  const { submitter } = event;
  status.className = "soft";
  status.textContent = "L’envoi des documents se termine, puis votre offre sera enregistrée.";
  await Promise.all(underWay);
  await new Promise((resolve) => setTimeout(resolve));
  form.requestSubmit(submitter);
});
