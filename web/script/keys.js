// @ts-check
/*
 * Keys. What a key does everywhere stands in the first table here; the second says what it presses, goes to or opens on pages that have it:
 * the element whose data-key it is, or else what the table finds.
 *
 * Single keys can be switched off, which this browser remembers, are dead where one types, and can be others (own.js; WCAG 2.1.4).
 */
import { dialog, kept, make } from "./dom.js";
import { meaning, shown } from "./own.js";
import { palette } from "./palette.js";
import { back, move, open, select } from "./rows.js";
import { say } from "./say.js";

const OFF = "aupd-keys-off";
const SEQUENCE_MS = 1500;

/** @type {Record<string, [string, () => void]>} */
const everywhere = {
	j: ["the next row", () => move(1)],
	k: ["the row before", () => move(-1)],
	J: ["the next row, and select", () => move(1, true)],
	K: ["the row before, and select", () => move(-1, true)],
	o: ["open the row", open],
	u: ["back to the list", back],
	x: ["select the row", select],
	"?": ["this help", help],
};

/** Fields of the form of a command. @param {string} op */
const form = (op) => ["input:not([type=hidden])", "select", "textarea"].map((field) => `form:has([value="${op}"]) ${field}`).join();

/** What it is, and where. @type {Record<string, [string, string]>} */
const some = {
	e: ["the next case that waits", 'button[value="case-next"]'],
	a: ["assign", form("case-assign")],
	s: ["put away", form("case-snooze")],
	n: ["write a note", form("case-note")],
	m: ["merge", form("case-merge")],
	c: ["close", form("case-resolve")],
	z: ["take back what was done last", 'button[value="case-back"]'],
	".": ["show what is new", ".live button"],
	"/": ["filter the list", "main [role=search] input:not([type=hidden])"],
	"g q": ["go to the queues", 'header nav a[href="/"]'],
	"g c": ["go to the cases", 'header nav a[href="/cases"]'],
	"g p": ["go to the policy", 'header nav a[href="/policy"]'],
	"g u": ["go to what nobody was found for", 'header nav a[href="/unattributed"]'],
};

let first = "";
let firstAt = 0;

/** @param {string} key @returns {HTMLElement | null} */
function keyed(key) {
	const found = some[key]?.[1];
	const all = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`), ...(found ? document.querySelectorAll(found) : [])];
	return /** @type {HTMLElement | null} */ (all.find((e) => !e.closest("[hidden]")) ?? null);
}

/** @param {HTMLElement} e */
export function use(e) {
	const folded = e.closest("details");
	if (folded)
		folded.open = true;
	if (e instanceof HTMLButtonElement || e instanceof HTMLAnchorElement)
		e.click();
	else if (e instanceof HTMLDetailsElement)
		/** @type {HTMLElement | null} */ (e.querySelector("input:not([type=hidden]), textarea, select, button, summary"))?.focus();
	else
		e.focus();
	/* what stands there is a proposal: whoever types means something else */
	if (e instanceof HTMLInputElement)
		e.select();
}

function areOff() {
	return kept.get(localStorage, OFF) === "yes";
}

function help() {
	const rows = Object.entries(everywhere).map(([key, [what]]) => [key, what]);
	for (const [key, [what]] of Object.entries(some))
		if (keyed(key))
			rows.push([key, what]);
	rows.push(["Ctrl-K", "find a page, a case or a command"]);
	const body = make("tbody", {}, ...rows.map(([key, what]) => make("tr", {}, make("th", { scope: "row" }, make("kbd", {}, shown(key))), make("td", {}, what))));
	const box = make("input", { type: "checkbox" });
	box.checked = !areOff();
	box.addEventListener("change", () => kept.set(localStorage, OFF, box.checked ? "no" : "yes"));
	dialog("Keys", make("table", {}, make("caption", {}, "What they do on this page"), body),
		make("form", { method: "dialog", class: "tall" }, make("label", { class: "row" }, box, " Single keys do that; without, only Ctrl-K does"), make("button", {}, "Close")));
}

/** @param {EventTarget | null} at where one types */
function isTyping(at) {
	const e = at instanceof Element ? at : null;
	return Boolean(e?.closest("dialog[open], select, textarea, [contenteditable], input:not([type=checkbox], [type=radio], [type=button], [type=submit])"));
}

/** @param {KeyboardEvent} event @param {string} key @returns {boolean} */
function press(event, key) {
	const e = keyed(key);
	if (e)
		use(e);
	else if (Object.hasOwn(everywhere, key))
		everywhere[key][1]();
	else if (Object.hasOwn(some, key))
		say(`There is nothing here for ${shown(key)} (${some[key][0]}).`);
	else
		return false;
	event.preventDefault();
	return true;
}

/** @param {KeyboardEvent} event */
function onKey(event) {
	if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
		event.preventDefault();
		palette(use, Object.entries(some).flatMap(([key, [what]]) => {
			const e = keyed(key);
			return e && !key.startsWith("g ") ? [{ key: shown(key), what, e }] : [];
		}));
		return;
	}
	if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || areOff() || isTyping(event.target))
		return;
	if (first && event.timeStamp - firstAt < SEQUENCE_MS && press(event, `${first} ${event.key}`)) {
		first = "";
		return;
	}
	const key = meaning(event.key);
	first = key === "g" ? "g" : "";
	firstAt = event.timeStamp;
	if (key && !first)
		press(event, key);
}

export function begin() {
	const button = make("button", { type: "button", class: "keys" }, "Keys");
	button.addEventListener("click", help);
	document.querySelector("header .who")?.append(" ", button);
	document.addEventListener("keydown", onKey);
}
