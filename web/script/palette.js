// @ts-check
/*
 * The palette: one field that finds the pages of the navigation, what the keys of this page do, and a case by its number.
 */
import { dialog, make } from "./dom.js";

const MOST = 12;

/** @typedef {{ text: string, run: () => void }} Choice */

/** @typedef {{ key: string, what: string, e: HTMLElement }} Keyed what a key does on this page */

/** @param {(e: HTMLElement) => void} use @param {Keyed[]} keyed @returns {Choice[]} */
function choices(use, keyed) {
	/** @type {Choice[]} */
	const all = [];
	for (const a of document.querySelectorAll("header nav a[href]"))
		all.push({ text: a.textContent?.trim() ?? "", run: () => /** @type {HTMLElement} */ (a).click() });
	for (const c of keyed)
		all.push({ text: `${c.what} (${c.key})`, run: () => use(c.e) });
	return all.filter((c, i) => c.text && all.findIndex((other) => other.text === c.text) === i);
}

/** @param {Choice[]} all @param {string} typed @returns {Choice[]} */
function fitting(all, typed) {
	const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
	const found = all.filter((c) => words.every((w) => c.text.toLowerCase().includes(w)));
	const number = /^\s*(?:c-)?(\d{1,19})\s*$/i.exec(typed)?.[1];
	if (number)
		found.unshift({ text: `Case C-${number}`, run: () => location.assign(`/cases/C-${number}`) });
	return found.slice(0, MOST);
}

/** @param {(e: HTMLElement) => void} use @param {Keyed[]} keyed */
export function palette(use, keyed) {
	if (document.querySelector("dialog[open]"))
		return;
	const all = choices(use, keyed);
	const list = make("ul", { role: "listbox", id: "palette-list", "aria-label": "What fits", class: "palette" });
	const field = make("input", { role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-autocomplete": "list", "aria-labelledby": "dialog-title", autocomplete: "off", spellcheck: "false" });
	const d = dialog("Go to, or do", field, list);
	let shown = fitting(all, "");
	let at = 0;

	function draw() {
		list.replaceChildren(...shown.map((c, i) => {
			const li = make("li", { role: "option", id: `palette-${i}`, "aria-selected": String(i === at) }, c.text);
			li.addEventListener("click", () => choose(i));
			return li;
		}));
		if (shown.length)
			field.setAttribute("aria-activedescendant", `palette-${at}`);
		else
			field.removeAttribute("aria-activedescendant");
	}

	/** @param {number} i */
	function choose(i) {
		const c = shown[i];
		if (!c)
			return;
		d.close();
		c.run();
	}

	field.addEventListener("input", () => {
		shown = fitting(all, field.value);
		at = 0;
		draw();
	});
	field.addEventListener("keydown", (event) => {
		const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
		if (by && shown.length)
			at = (at + by + shown.length) % shown.length;
		else if (event.key === "Enter")
			choose(at);
		else
			return;
		event.preventDefault();
		draw();
	});
	draw();
	field.focus();
}
