// @ts-check
/*
 * A drawing of the server becomes a plot that can be looked into: <figure class="plot" data-series="ADDRESS"> with the drawing and its
 * table inside, where ADDRESS answers as /v1/customers/{customer}/usage?series=yes does. Without this the drawing and the table say all.
 * The library comes along with the first plot of a page, and with no other page.
 */
import { make } from "./dom.js";

const CELL_S = 300;
/* cells whose octets say how much it was */
const KNOWN = new Set([".", "i"]);
const HEIGHT = 320;
/** @type {Record<string, number>} */
const UNITS = { "bit/s": 1e-6, "kbit/s": 1e-3, "Mbit/s": 1, "Gbit/s": 1e3 };

/** @typedef {{ from: string, in: number[], out: number[], state: string, p95?: Record<string, { bits_per_s?: number }>, limits?: { unit: string, value: number }[] }} Usage */

/** @param {number[]} octets @param {string} state */
function rates(octets, state) {
	return octets.map((n, i) => (KNOWN.has(state[i]) ? (n * 8) / CELL_S / 1e6 : null));
}

/** @param {string} name */
function colour(name) {
	return getComputedStyle(document.documentElement).getPropertyValue(name).trim() || "#444";
}

/** @param {number | null | undefined} v */
function told(v) {
	return v === null || v === undefined ? "not known" : `${v.toFixed(2)} Mbit/s`;
}

/** What is drawn across, in Mbit/s: the 95th percentile as the server has it, and the limits of it. @param {Usage} usage @returns {[string, number][]} */
function levels(usage) {
	/** @type {[string, number][]} */
	const all = [["95th percentile", Math.max(...["in", "out"].map((way) => usage.p95?.[way]?.bits_per_s ?? 0)) / 1e6]];
	for (const limit of usage.limits ?? [])
		if (UNITS[limit.unit])
			all.push(["limit", limit.value * UNITS[limit.unit]]);
	return all.filter(([, rate]) => rate > 0);
}

/** @param {[string, number][]} all */
function across(all) {
	return (/** @type {any} */ u) => {
		const { ctx, bbox } = u;
		ctx.save();
		ctx.strokeStyle = ctx.fillStyle = colour("--bad");
		ctx.textAlign = "left";
		ctx.textBaseline = "bottom";
		for (const [name, rate] of all) {
			const y = Math.round(u.valToPos(rate, "y", true));
			ctx.setLineDash(name === "limit" ? [] : [6, 4]);
			ctx.beginPath();
			ctx.moveTo(bbox.left, y);
			ctx.lineTo(bbox.left + bbox.width, y);
			ctx.stroke();
			ctx.fillText(`${name} ${told(rate)}`, bbox.left + 6, y - 2);
		}
		ctx.restore();
	};
}

/** Days, and of less than three of them the minutes too. @param {any} _ @param {number[]} splits */
function times(_, splits) {
	const far = splits[splits.length - 1] - splits[0] > 3 * 86400;
	return splits.map((at) => new Date(at * 1000).toISOString().slice(5, far ? 10 : 16).replace("T", " "));
}

/** @param {HTMLElement} figure @param {any} uPlot @param {Usage} usage */
function draw(figure, uPlot, usage) {
	const start = Date.parse(usage.from) / 1000;
	const x = usage.in.map((_, i) => start + i * CELL_S);
	const drawing = figure.querySelector("svg");
	const name = drawing?.getAttribute("aria-label") ?? drawing?.querySelector("title")?.textContent ?? "Use";
	const place = make("div", { class: "drawn", role: "img", "aria-label": name });
	const axis = { stroke: colour("--ink"), grid: { stroke: colour("--line"), width: 0.5 } };
	const lines = levels(usage);
	const width = () => Math.max(240, figure.clientWidth);
	figure.prepend(place);
	const plot = new uPlot({
		width: width(), height: HEIGHT,
		tzDate: (/** @type {number} */ at) => uPlot.tzDate(new Date(at * 1000), "UTC"),
		axes: [{ ...axis, values: times }, { ...axis, label: "Mbit/s", size: 60 }],
		series: [
			{ label: "UTC", value: (/** @type {any} */ _, /** @type {number | null} */ at) => (at === null ? "" : `${new Date(at * 1000).toISOString().slice(0, 16).replace("T", " ")}`) },
			{ label: "in", stroke: colour("--link"), width: 1, spanGaps: false, value: (/** @type {any} */ _, /** @type {number | null} */ v) => told(v) },
			{ label: "out", stroke: colour("--ink"), width: 1, dash: [4, 3], spanGaps: false, value: (/** @type {any} */ _, /** @type {number | null} */ v) => told(v) },
		],
		scales: { y: { range: (/** @type {any} */ _, /** @type {number} */ __, /** @type {number} */ max) => [0, Math.max(max, ...lines.map(([, rate]) => rate)) * 1.1 || 1] } },
		hooks: { draw: [across(lines)] },
	}, [x, rates(usage.in, usage.state), rates(usage.out, usage.state)], place);
	if (drawing)
		drawing.style.display = "none";
	new ResizeObserver(() => plot.setSize({ width: width(), height: HEIGHT })).observe(figure);
}

/** @param {HTMLElement} figure */
async function enhance(figure) {
	const answer = await fetch(figure.dataset.series ?? "", { headers: { Accept: "application/json" } });
	if (!answer.ok)
		return;
	const usage = /** @type {Usage} */ (await answer.json());
	if (!usage.in?.length || usage.in.length !== usage.out?.length)
		return;
	const { default: uPlot } = await import("./uplot.js");
	document.head.append(make("link", { rel: "stylesheet", href: new URL("./uplot.css", import.meta.url).href }));
	draw(figure, uPlot, usage);
}

export function begin() {
	for (const figure of document.querySelectorAll("figure.plot[data-series]"))
		/* what cannot be fetched or drawn leaves the server's drawing as it is */
		enhance(/** @type {HTMLElement} */ (figure)).catch(() => undefined);
}
