// @ts-check
/*
 * Pages that follow what changes. One page of a browser listens for all of them (Web Locks, BroadcastChannel), for a browser has six
 * connections to a host; each renews itself when what it shows has changed.
 *
 * What a page shows stands in the table here by its name, or in a data-live of an element of it: "case" any case, "C-4711" that one, "item"
 * reports that wait; several by blanks.
 *
 * The page of a case holds a lock of its name, so the one that listens knows which are open in this browser, and tells the desk.
 */
import { make } from "./dom.js";
import { fetchPage, nameRows, renew, show } from "./morph.js";
import { shown } from "./own.js";
import { say } from "./say.js";

const STALE_MS = 30_000;
/* between two looks of a page, however much happens */
const APART_MS = 2_000;
const GATHER_MS = 200;
const AGAIN_MS = 5_000;
/* that the desk takes of one browser */
const CASES_MAX = 16;
const MINE = "aupd-case ";

/** @typedef {{ type: string, data: string, place: string }} News */

const channel = new BroadcastChannel("aupd-events");
let place = "";
let heardAt = performance.now();
let heardTime = "";
let lookedAt = -APART_MS;
let timer = 0;
let missed = false;
/** @type {Document | null} */
let waiting = null;

/** The case that this page is of. */
const mine = /^\/cases\/(C-\d+)$/.exec(location.pathname)?.[1] ?? "";

/* where it stands, nothing moves when it comes and goes */
const bar = make("p", { class: "live" });
const stale = make("strong", { class: "stale" });
const news = make("button", { type: "button", "data-key": ".", hidden: "" });

/** @type {Record<string, string[]>} */
const PAGES = { today: ["case", "item"], cases: ["case"], queue: ["case", "item"], intake: ["item"], unattributed: ["case", "item"], actions: ["case"], appeals: ["case"], approvals: ["case"] };

function shows() {
	const said = [...document.querySelectorAll("[data-live]")].flatMap((e) => (e.getAttribute("data-live") ?? "").split(/\s+/)).filter(Boolean);
	return [...said, ...(mine ? [mine] : []), ...(PAGES[document.body.dataset.page ?? ""] ?? [])];
}

/** @param {News} n */
function concerns(n) {
	const what = shows();
	return what.length > 0 && (n.type === "anew" || what.includes(n.type) || what.includes(n.data));
}

function soon() {
	missed = true;
	if (document.hidden || timer)
		return;
	timer = setTimeout(look, Math.max(GATHER_MS, APART_MS - (performance.now() - lookedAt)));
}

async function look() {
	timer = 0;
	missed = false;
	lookedAt = performance.now();
	try {
		const page = await fetchPage();
		if (!page)
			return;
		const more = renew(page);
		waiting = more.waits ? page : null;
		tell(more.rows);
	} catch {
		/* the network is away: it is looked at when something is heard again */
		missed = true;
	}
}

/** @param {number} rows */
function tell(rows) {
	const text = `${rows ? `${rows} new` : "Changed"}, press ${shown(".")}`;
	news.hidden = !waiting;
	if (waiting && news.textContent !== text) {
		news.textContent = text;
		say(text, false);
	}
	if (!waiting)
		news.textContent = "";
}

async function showNews() {
	/* what waits may be old by now */
	const page = (await fetchPage().catch(() => null)) ?? waiting;
	waiting = null;
	if (page)
		show(page);
	tell(0);
	say("The page is up to date.");
}

/** @param {News} n */
function hear(n) {
	const late = performance.now() - heardAt > STALE_MS;
	heardAt = performance.now();
	place = n.place || place;
	if (n.type === "beat")
		heardTime = n.data;
	if (late || (n.type !== "beat" && concerns(n)))
		soon();
	else if (missed)
		soon();
	age();
}

function age() {
	const is = performance.now() - heardAt > STALE_MS && shows().length > 0;
	if (is === Boolean(stale.textContent))
		return;
	stale.textContent = is ? `stale since ${(heardTime || new Date().toISOString()).slice(11, 19)} UTC` : "";
	if (is)
		say("Nothing was heard for 30 seconds: this page may be old.", false);
}

/** The one that listens, until its page goes. */
function listen() {
	return new Promise(() => {
		/** @type {EventSource | undefined} */
		let source;
		let told = mine;
		const begin = () => {
			source?.close();
			const asked = new URLSearchParams({ ...(place && { after: place }), ...(told && { viewing: told }) });
			source = new EventSource(`/events?${asked}`);
			for (const type of ["case", "item", "anew", "beat", "view"])
				source.addEventListener(type, (e) => {
					const n = { type, data: e.data, place: e.lastEventId };
					hear(n);
					channel.postMessage(n);
				});
			source.addEventListener("error", () => {
				/* what is refused is not tried again by the browser: a desk that is full, or away behind its proxy */
				if (source?.readyState === EventSource.CLOSED)
					setTimeout(begin, AGAIN_MS);
			});
		};
		const count = async () => {
			const held = (await navigator.locks.query()).held ?? [];
			const now = [...new Set(held.map((l) => l.name?.split(MINE)[1]).filter(Boolean))].sort().slice(0, CASES_MAX).join();
			if (now === told)
				return;
			told = now;
			begin();
		};
		begin();
		if (navigator.locks)
			setInterval(count, APART_MS);
	});
}

export function begin() {
	if (!shows().length)
		return;
	nameRows(document);
	bar.append(stale, " ", news);
	document.body.append(bar);
	news.addEventListener("click", showNews);
	channel.addEventListener("message", (e) => hear(e.data));
	/* held for as long as the page is there */
	if (mine)
		navigator.locks?.request(MINE + mine, { mode: "shared" }, () => new Promise(() => {}));
	document.addEventListener("visibilitychange", () => {
		if (!document.hidden && missed)
			soon();
	});
	setInterval(age, 1000);
	/* over plain HTTP, which is none of ours but on this machine, there are no locks */
	if (navigator.locks)
		navigator.locks.request("aupd-events", listen);
	else
		listen();
}
