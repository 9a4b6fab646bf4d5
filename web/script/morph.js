// @ts-check
/*
 * The page as it is now, fetched by the page itself and put in place of what has changed.
 *
 * Nothing moves under a hand: rows that are there are renewed where they stand, unless they are in use; what would come, go or change its
 * place waits until it is asked for. This file alone makes markup of text: of the server's own pages, by the one policy of Trusted Types.
 */
import Idiomorph from "./idiomorph.js";

/** @typedef {{ createHTML: (text: string) => any }} Policy */

const policy = /** @type {Policy} */ (/** @type {any} */ (window).trustedTypes?.createPolicy("aupd", { createHTML: (/** @type {string} */ s) => s })
	?? { createHTML: (/** @type {string} */ s) => s });

/** Rows of the long list are sent without ids: each has that of the case that it selects. @param {Document} page */
export function nameRows(page) {
	for (const box of page.querySelectorAll("main tbody input[name='l:cases']")) {
		const row = box.closest("tr");
		if (row)
			row.id = /** @type {HTMLInputElement} */ (box).value;
	}
	return page;
}

/** The page as it would come now; null: there is none, such as after the session. @returns {Promise<Document | null>} */
export async function fetchPage() {
	const answer = await fetch(location.href, { headers: { "Aupd-Live": "1" }, redirect: "manual" });
	if (!answer.ok)
		return null;
	return nameRows(new DOMParser().parseFromString(policy.createHTML(await answer.text()), "text/html"));
}

/** @param {Document | Element} of */
function rows(of) {
	return new Map([...of.querySelectorAll("main tbody tr[id]")].map((row) => [row.id, row]));
}

/** Typed into, chosen, opened, or under the pointer. @param {Element} e */
export function inUse(e) {
	if (e.contains(document.activeElement) && document.activeElement !== document.body)
		return true;
	if (e.matches(":hover") || e.querySelector("details[open]"))
		return true;
	const selection = getSelection();
	return Boolean(selection && !selection.isCollapsed && selection.containsNode(e, true)) || isTyped(e);
}

/** Differs from what the server sent. @param {Element} e */
function isTyped(e) {
	return [...e.querySelectorAll("input:not([type=hidden]), textarea, select")].some((f) => {
		if (f instanceof HTMLSelectElement)
			return [...f.options].some((o) => o.selected !== o.defaultSelected && (o.selected || f.multiple));
		if (f instanceof HTMLInputElement && (f.type === "checkbox" || f.type === "radio"))
			return f.checked !== f.defaultChecked;
		return /** @type {HTMLInputElement} */ (f).value !== /** @type {HTMLInputElement} */ (f).defaultValue;
	});
}

/** What is typed, chosen and folded open stays as it is. */
const keeping = {
	ignoreActiveValue: true,
	callbacks: {
		/** @param {Node} old */
		beforeNodeMorphed(old) {
			if (old instanceof HTMLElement && old.matches("figure.plot"))
				return false;
			return !(old instanceof HTMLElement && old.matches("input:not([type=hidden]), textarea, select") && isTyped(/** @type {Element} */ (old.parentElement)));
		},
		/** @param {string} name @param {Element} e */
		beforeAttributeUpdated(name, e) {
			return !(name === "open" && e.matches("details, dialog"));
		},
	},
};

/** Forms must go on to be taken after the desk was started again. @param {Document} page */
function renewTokens(page) {
	const now = /** @type {HTMLInputElement | null} */ (page.querySelector("input[name=_token]"));
	if (now)
		for (const field of document.querySelectorAll("input[name=_token]"))
			/** @type {HTMLInputElement} */ (field).value = now.value;
}

/** Who else is there has a line of its own, in which nothing moves. @param {Document} page */
function renewViewing(page) {
	const old = document.querySelector(".viewing");
	const now = page.querySelector(".viewing");
	if (old && now)
		Idiomorph.morph(old, now);
}

/**
 * Renews what can be renewed where it stands.
 * @param {Document} page
 * @returns {{ waits: boolean, rows: number }} whether there is more that waits, and of how many new rows
 */
export function renew(page) {
	const here = rows(document);
	const there = rows(page);
	let added = 0;
	renewTokens(page);
	renewViewing(page);
	for (const [id, row] of there) {
		const old = here.get(id);
		if (!old)
			added++;
		else if (!inUse(old) && !old.isEqualNode(row))
			Idiomorph.morph(old, row.cloneNode(true), keeping);
	}
	const main = document.querySelector("main");
	const now = page.querySelector("main");
	if (!main || !now || same(main, now))
		return { waits: false, rows: 0 };
	if (added || [...here.keys()].some((id) => !there.has(id)) || inUse(main))
		return { waits: true, rows: added };
	show(page);
	return { waits: false, rows: 0 };
}

/** @param {Element} a @param {Element} b */
function same(a, b) {
	const plain = (/** @type {Element} */ e) => {
		const copy = /** @type {Element} */ (e.cloneNode(true));
		for (const x of copy.querySelectorAll("figure.plot, input[name=_token], .viewing"))
			x.remove();
		return copy.textContent?.replace(/\s+/g, " ");
	};
	return plain(a) === plain(b);
}

/** All of it, at the wish of whoever reads. @param {Document} page */
export function show(page) {
	const main = document.querySelector("main");
	const now = page.querySelector("main");
	if (main && now)
		Idiomorph.morph(main, now, keeping);
	const time = document.querySelector("header .who time");
	const newer = page.querySelector("header .who time");
	if (time && newer)
		Idiomorph.morph(time, newer);
	document.title = page.title;
}
