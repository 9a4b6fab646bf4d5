// @ts-check
/*
 * Elements, made without a word of HTML: no text of a stranger can become markup here.
 */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} inside
 * @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, attributes = {}, ...inside) {
	const e = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes))
		e.setAttribute(name, value);
	e.append(...inside);
	return e;
}

/** What is kept in this browser; where nothing may be kept, nothing is. */
export const kept = {
	/** @param {Storage} where @param {string} name */
	get(where, name) {
		try {
			return where.getItem(name);
		} catch {
			return null;
		}
	},
	/** @param {Storage} where @param {string} name @param {string} value */
	set(where, name, value) {
		try {
			where.setItem(name, value);
		} catch {
			/* a browser that keeps nothing */
		}
	},
};

/**
 * A dialog that is gone when it is closed, with a heading that names it.
 * @param {string} title
 * @param {(Node | string)[]} inside
 */
export function dialog(title, ...inside) {
	const head = make("h2", { id: "dialog-title" }, title);
	const d = make("dialog", { "aria-labelledby": "dialog-title" }, head, ...inside);
	d.addEventListener("close", () => d.remove());
	document.body.append(d);
	d.showModal();
	return d;
}
