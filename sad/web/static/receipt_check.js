// Is this receipt genuine? No network, no dependency, any browser that counts with BigInt: SHA-2 and Ed25519 (RFC 8032) are written here,
// because a browser that lacks Ed25519, or that refuses its cryptography to a file opened from a disk, would leave its reader without an answer.
"use strict";

const FORMAT = "sad-receipt/2";
const RECEPTION = "sad-reception/1"; // provisional: received while the database did not answer, registered later
const KEYS_FORMAT = "sad-receipt-keys/1";

class NotGenuine extends Error {}
class BadKeys extends Error {}

// --- SHA-256 and SHA-512 ---

const PRIMES = [];
for (let n = 2n; PRIMES.length < 80; n++) if (PRIMES.every((prime) => n % prime)) PRIMES.push(n);

function root(value, degree) {
  let low = 0n, high = 1n << 128n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** degree <= value) low = middle; else high = middle;
  }
  return low;
}

// The first 64 bits of the fractional parts of cube and square roots of the first primes; SHA-256 takes the first 32 of them.
const ROUNDS = PRIMES.map((prime) => BigInt.asUintN(64, root(prime << 192n, 3n)));
const START = PRIMES.slice(0, 8).map((prime) => BigInt.asUintN(64, root(prime << 128n, 2n)));
const SIZES = {
  32: { rounds: 64, big0: [2n, 13n, 22n], big1: [6n, 11n, 25n], small0: [7n, 18n, 3n], small1: [17n, 19n, 10n] },
  64: { rounds: 80, big0: [28n, 34n, 39n], big1: [14n, 18n, 41n], small0: [1n, 8n, 7n], small1: [19n, 61n, 6n] },
};

function sha2(bytes, bits) {
  const { rounds, big0, big1, small0, small1 } = SIZES[bits];
  const width = BigInt(bits), word = bits / 8, block = 16 * word, surplus = BigInt(64 - bits);
  const cut = (value) => BigInt.asUintN(bits, value);
  const turn = (value, by) => cut((value >> by) | (value << (width - by)));
  const mixed = (value, [one, two, three]) => turn(value, one) ^ turn(value, two) ^ turn(value, three);
  const shifted = (value, [one, two, three]) => turn(value, one) ^ turn(value, two) ^ (value >> three);
  const length = Math.ceil((bytes.length + 1 + 2 * word) / block) * block;
  const padded = new Uint8Array(length);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  padded.set(toBytes(BigInt(bytes.length) * 8n, 8, false), length - 8);
  let hash = START.map((value) => value >> surplus);
  for (let at = 0; at < length; at += block) {
    const w = Array.from({ length: 16 }, (_, i) => number(padded.subarray(at + i * word, at + (i + 1) * word), false));
    for (let i = 16; i < rounds; i++) w.push(cut(shifted(w[i - 2], small1) + w[i - 7] + shifted(w[i - 15], small0) + w[i - 16]));
    let [a, b, c, d, e, f, g, h] = hash;
    for (let i = 0; i < rounds; i++) {
      const first = cut(h + mixed(e, big1) + ((e & f) ^ (~e & g)) + (ROUNDS[i] >> surplus) + w[i]);
      const second = mixed(a, big0) + ((a & b) ^ (a & c) ^ (b & c));
      [a, b, c, d, e, f, g, h] = [cut(first + second), a, b, c, cut(d + first), e, f, g];
    }
    hash = [a, b, c, d, e, f, g, h].map((value, i) => cut(value + hash[i]));
  }
  return Uint8Array.from(hash.flatMap((value) => [...toBytes(value, word, false)]));
}

// --- numbers and bytes ---

function number(bytes, isLittle) {
  return (isLittle ? [...bytes].reverse() : [...bytes]).reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function toBytes(value, length, isLittle) {
  const bytes = Array.from({ length }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
  return Uint8Array.from(isLittle ? bytes : bytes.reverse());
}

function fromHex(text) {
  if (typeof text !== "string" || !/^([0-9a-f]{2})*$/.test(text)) throw new TypeError("not hexadecimal");
  return Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
}

function toHex(bytes) {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// --- Ed25519: whether [S]B - [k]A is R, all in extended coordinates ---

const P = (1n << 255n) - 19n;
const ORDER = (1n << 252n) + 27742317777372353535851937790883648493n;
const mod = (value) => { const rest = value % P; return rest < 0n ? rest + P : rest; };

function power(base, exponent) {
  let result = 1n;
  for (; exponent; exponent >>= 1n, base = mod(base * base)) if (exponent & 1n) result = mod(result * base);
  return result;
}

const inverse = (value) => power(value, P - 2n);
const D = mod(-121665n * inverse(121666n));
const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);
const NEUTRAL = [0n, 1n, 1n, 0n];

function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2)), b = mod((y1 + x1) * (y2 + x2)), c = mod(2n * D * t1 * t2), d = mod(2n * z1 * z2);
  const e = b - a, f = d - c, g = d + c, h = b + a;
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

function times(scalar, point) {
  let result = NEUTRAL;
  for (; scalar; scalar >>= 1n, point = add(point, point)) if (scalar & 1n) result = add(result, point);
  return result;
}

function point(bytes) {
  const value = number(bytes, true), y = value & ((1n << 255n) - 1n), isOdd = value >> 255n;
  if (y >= P) return null;
  const u = mod(y * y - 1n), v = mod(D * y * y + 1n), ratio = mod(u * inverse(v));
  let x = power(ratio, (P + 3n) / 8n);
  if (mod(x * x) !== ratio) x = mod(x * ROOT_OF_MINUS_ONE);
  if (mod(x * x) !== ratio || (x === 0n && isOdd)) return null;
  if ((x & 1n) !== isOdd) x = mod(-x);
  return [x, y, 1n, mod(x * y)];
}

function encoded([x, y, z]) {
  const scale = inverse(z);
  return toBytes(mod(y * scale) | ((mod(x * scale) & 1n) << 255n), 32, true);
}

const BASE = point(toBytes(mod(4n * inverse(5n)), 32, true));

function isSigned(message, signature, key) {
  const a = key.length === 32 ? point(key) : null, s = number(signature.subarray(32), true);
  if (a === null || signature.length !== 64 || s >= ORDER) return false;
  const r = signature.subarray(0, 32);
  const k = number(sha2(Uint8Array.from([...r, ...key, ...message]), 64), true) % ORDER;
  const minusA = [mod(-a[0]), a[1], a[2], mod(-a[3])];
  return toHex(encoded(add(times(s, BASE), times(k, minusA)))) === toHex(r);
}

// --- receipts ---

// The only spelling that is signed: keys in order, no spaces, accents as they are. Every key of a receipt is plain ASCII.
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

function textOf(bytes) {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes).replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
}

// The published keys by fingerprint, which is computed here and not believed.
function readKeys(bytes) {
  const keys = new Map();
  try {
    const listed = JSON.parse(textOf(bytes));
    if (listed.format !== KEYS_FORMAT) throw new TypeError(listed.format);
    for (const each of listed.keys) keys.set(each.key_id, fromHex(each.public_key));
  } catch (fault) {
    throw new BadKeys("Ce fichier n’est pas une liste de clés de ce site.");
  }
  for (const [name, key] of keys)
    if (toHex(sha2(key, 32)) !== name) throw new BadKeys("Cette liste de clés a été modifiée : une clé n’a pas l’empreinte annoncée.");
  return keys;
}

// What a genuine receipt says; throws NotGenuine for one altered by a single bit, or signed with any other key.
function checkReceipt(bytes, keys) {
  let text, said, spelled;
  try {
    text = textOf(bytes);
    said = JSON.parse(text);
    if (said === null || typeof said !== "object" || Array.isArray(said)) throw new TypeError("not a mapping");
    spelled = canonical(said);
  } catch (fault) {
    throw new NotGenuine("Ce fichier ne se lit pas : ce n’est pas un accusé de réception, ou il est abîmé.");
  }
  if (said.format !== FORMAT && said.format !== RECEPTION) throw new NotGenuine("Ce fichier n’est pas un accusé de réception signé de ce site.");
  if (spelled !== text) throw new NotGenuine("Ce fichier a été modifié : il n’est plus, octet pour octet, celui qui a été remis.");
  const key = keys.get(said.key_id), { signature, ...body } = said;
  if (key === undefined) throw new NotGenuine("Cet accusé est signé avec une clé que la liste ne connaît pas.");
  if (typeof signature !== "string" || !/^[0-9a-f]{128}$/.test(signature))
    throw new NotGenuine("La signature de ce fichier n’en est pas une.");
  if (!isSigned(new TextEncoder().encode(canonical(body)), fromHex(signature), key))
    throw new NotGenuine("La signature ne correspond pas : le contenu a été modifié, ou signé avec une autre clé.");
  return body;
}

// --- the page ---

function line(term, words) {
  const row = document.createElement("div"), name = document.createElement("dt"), value = document.createElement("dd");
  name.textContent = term;
  value.textContent = words;
  row.append(name, value);
  return row;
}

function paris(instant) {
  return `${new Date(instant).toLocaleString("fr-FR", { timeZone: "Europe/Paris", dateStyle: "full", timeStyle: "medium" })}, heure de Paris`;
}

function toldProvisional(body) {
  return [
    line("Déposant", body.depositor),
    line("Acheteur", body.buyer),
    line("Consultation", `${body.title} ; ${body.object}`),
    line("Reçu", `${paris(body.received_at)} (${body.received_at})`),
    line("Date limite affichée", `${paris(body.closes_at)} : ${body.late ? "reçu hors délai" : "reçu à temps"}`),
    line("Brouillon scellé déposé", body.draft_stamp),
    line("Clé", body.key_id),
  ];
}

function told(body) {
  if (body.format === RECEPTION) return toldProvisional(body);
  const documents = body.documents.map((each) => line(each.name, `${each.size} octets, empreinte avec sel ${each.salted_sha256}`));
  return [
    line("Déposant", body.depositor),
    line("Acheteur", body.buyer),
    line("Consultation", `${body.title} ; ${body.object}`),
    line("Reçu", `${paris(body.received_at)} (${body.received_at})`),
    "trial" in body
      ? line("Essai", "Ceci n’est pas une offre")
      : line("Date limite", `${paris(body.closes_at)} : ${body.late ? "reçu hors délai" : "reçu à temps"}`),
    line("Journal", `ligne ${body.journal.seq}, empreinte ${body.journal.hash}`),
    line("Clé", body.key_id),
    ...documents,
  ];
}

function answer(kind, title, words, rows) {
  const box = document.getElementById("answer"), head = document.createElement("h2"), text = document.createElement("p");
  const list = document.createElement("dl");
  head.textContent = title;
  text.textContent = words;
  list.append(...rows);
  box.className = kind;
  box.replaceChildren(head, text, ...(rows.length ? [list] : []));
}

async function verify(receipt, otherKeys) {
  try {
    const published = new TextEncoder().encode(document.getElementById("keys").textContent);
    const keys = readKeys(otherKeys ? new Uint8Array(await otherKeys.arrayBuffer()) : published);
    const body = checkReceipt(new Uint8Array(await receipt.arrayBuffer()), keys);
    const more = body.format === RECEPTION ? " Il est provisoire : l’offre est reçue, elle n’était pas encore enregistrée." : "";
    answer("good", "Authentique", `Pas un caractère n’a changé depuis la signature de cet accusé de réception.${more}`, told(body));
  } catch (fault) {
    if (!(fault instanceof NotGenuine || fault instanceof BadKeys)) throw fault;
    answer("bad", fault instanceof BadKeys ? "Liste de clés refusée" : "Refusé", fault.message, []);
  }
}

function start() {
  const receipt = document.getElementById("receipt"), keys = document.getElementById("other-keys");
  const check = () => receipt.files.length && verify(receipt.files[0], keys.files[0]);
  receipt.addEventListener("change", check);
  keys.addEventListener("change", check);
  document.getElementById("unable").hidden = true;
  document.getElementById("able").hidden = false;
}

if (document.getElementById("receipt")) start();
