// @ts-check
/*
 * The one live region of a page: what happened without being looked at is said there, politely, and shown.
 */
import { make } from "./dom.js";

/* long enough to be read, and then out of the way */
const SHOWN_MS = 10_000;

let timer = 0;
const region = make("p", { role: "status", class: "announced" });

export function begin() {
	document.body.append(region);
}

/** @param {string} text @param {boolean} shown not when it stands elsewhere on the page */
export function say(text, shown = true) {
	/* the same words twice are said twice */
	region.textContent = "";
	region.classList.toggle("unseen", !shown);
	clearTimeout(timer);
	requestAnimationFrame(() => {
		region.textContent = text;
	});
	timer = setTimeout(() => {
		region.textContent = "";
	}, SHOWN_MS);
}
