// @ts-check
/*
 * The keys of whoever works here: which does what, as the account says (data-keys of the page, "NAME:KEY NAME:KEY"), or else as usual.
 */

/** By name, as the account knows them; src/model/user.c has the same. @type {Record<string, string>} */
const USUAL = {
	down: "j", up: "k", "down-select": "J", "up-select": "K", select: "x", open: "o", back: "u", "next-case": "e", assign: "a", snooze: "s", note: "n", merge: "m", close: "c",
	"take-back": "z", news: ".", filter: "/", go: "g", help: "?",
};

/** @type {Map<string, string>} */
const typedFor = new Map(Object.values(USUAL).map((usual) => [usual, usual]));
for (const pair of (document.body.dataset.keys ?? "").split(" ")) {
	const at = pair.indexOf(":");
	const usual = USUAL[pair.slice(0, at)];
	if (at > 0 && usual)
		typedFor.set(usual, pair.slice(at + 1));
}
const meant = new Map([...typedFor].map(([usual, typed]) => [typed, usual]));

/** The usual key that somebody means who types that; "": none, for it does something else now. @param {string} typed */
export function meaning(typed) {
	return meant.get(typed) ?? (typedFor.has(typed) ? "" : typed);
}

/** What is typed for a usual key, or for two of which the first is "g". @param {string} usual */
export function shown(usual) {
	const [first, ...rest] = usual.split(" ");
	return [typedFor.get(first) ?? first, ...rest].join(" ");
}
