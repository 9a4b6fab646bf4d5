// @ts-check
/*
 * The rows of a page's lists, and which one is in hand. A row in hand has the focus on its link, so that Enter opens it and whoever
 * listens hears it. The row that was opened is remembered for the way back.
 */
import { kept } from "./dom.js";
import { shown } from "./own.js";
import { say } from "./say.js";

const LINK = "th a[href]";
const PLACE = "aupd-row ";

/** @returns {HTMLAnchorElement[]} */
function links() {
	return [...document.querySelectorAll(`main tbody ${LINK}`)].map((a) => /** @type {HTMLAnchorElement} */ (a));
}

/** Of the row that has the focus anywhere in it. */
function inHand() {
	const row = document.activeElement?.closest("main tbody tr");
	return /** @type {HTMLAnchorElement | null} */ (row?.querySelector(LINK) ?? null);
}

/** @param {Element} link */
function box(link) {
	return /** @type {HTMLInputElement | null} */ (link.closest("tr")?.querySelector("input[type=checkbox]:not(:disabled)") ?? null);
}

/** @param {number} by @param {boolean} extends_ also selects where it comes from and where it goes */
export function move(by, extends_ = false) {
	const all = links();
	const from = inHand();
	if (!all.length)
		return say("There is no list here.");
	const at = from ? all.indexOf(from) + by : by > 0 ? 0 : all.length - 1;
	const to = all[Math.max(0, Math.min(at, all.length - 1))];
	for (const link of extends_ ? [from, to] : []) {
		const b = link && box(link);
		if (b && !b.checked)
			b.click();
	}
	to.focus();
	to.scrollIntoView({ block: "nearest" });
}

export function open() {
	const link = inHand() ?? links()[0];
	link ? link.click() : say("There is nothing to open here.");
}

export function select() {
	const link = inHand();
	const b = link && box(link);
	if (!b)
		return say(link ? "Rows of this list cannot be selected." : `No row is in hand: ${shown("j")} and ${shown("k")} go to one.`);
	b.click();
	say(`${link.textContent} ${b.checked ? "selected" : "no longer selected"}.`);
}

export function back() {
	const up = document.querySelector("a[rel=up]");
	if (up)
		/** @type {HTMLAnchorElement} */ (up).click();
	else if (document.referrer.startsWith(`${location.origin}/`) && history.length > 1)
		history.back();
	else
		location.assign("/");
}

/** Where one was in this list. */
export function begin() {
	const here = PLACE + location.pathname + location.search;
	const was = kept.get(sessionStorage, here);
	const link = was && links().find((a) => a.getAttribute("href") === was);
	if (link && document.activeElement === document.body && !location.hash)
		link.focus();
	document.addEventListener("focusin", () => {
		const href = inHand()?.getAttribute("href");
		if (href)
			kept.set(sessionStorage, here, href);
	});
}
