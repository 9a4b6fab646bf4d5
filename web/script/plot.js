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

/** @typedef {{ from: string, in: number[], out: number[], state: string, p95?: Record<string, { bits_per_s?: number }> }} Usage */

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

/** The 95th percentile as the server has it, drawn across. @param {Usage} usage */
function percentile(usage) {
	const most = Math.max(...["in", "out"].map((way) => usage.p95?.[way]?.bits_per_s ?? 0)) / 1e6;
	return (/** @type {any} */ u) => {
		if (!most)
			return;
		const { ctx, bbox } = u;
		const y = Math.round(u.valToPos(most, "y", true));
		ctx.save();
		ctx.strokeStyle = colour("--bad");
		ctx.setLineDash([6, 4]);
		ctx.beginPath();
		ctx.moveTo(bbox.left, y);
		ctx.lineTo(bbox.left + bbox.width, y);
		ctx.stroke();
		ctx.fillStyle = colour("--bad");
		ctx.fillText(`95th percentile ${told(most)}`, bbox.left + 6, y - 6);
		ctx.restore();
	};
}

/** @param {HTMLElement} figure @param {any} uPlot @param {Usage} usage */
function draw(figure, uPlot, usage) {
	const start = Date.parse(usage.from) / 1000;
	const x = usage.in.map((_, i) => start + i * CELL_S);
	const drawing = figure.querySelector("svg");
	const name = drawing?.getAttribute("aria-label") ?? drawing?.querySelector("title")?.textContent ?? "Use";
	const place = make("div", { class: "drawn", role: "img", "aria-label": name });
	const axis = { stroke: colour("--ink"), grid: { stroke: colour("--line"), width: 0.5 } };
	const width = () => Math.max(240, figure.clientWidth);
	figure.prepend(place);
	const plot = new uPlot({
		width: width(), height: HEIGHT,
		tzDate: (/** @type {number} */ at) => uPlot.tzDate(new Date(at * 1000), "UTC"),
		axes: [axis, { ...axis, label: "Mbit/s", size: 60 }],
		series: [
			{ label: "UTC", value: (/** @type {any} */ _, /** @type {number | null} */ at) => (at === null ? "" : `${new Date(at * 1000).toISOString().slice(0, 16).replace("T", " ")}`) },
			{ label: "in", stroke: colour("--link"), width: 1, spanGaps: false, value: (/** @type {any} */ _, /** @type {number | null} */ v) => told(v) },
			{ label: "out", stroke: colour("--ink"), width: 1, dash: [4, 3], spanGaps: false, value: (/** @type {any} */ _, /** @type {number | null} */ v) => told(v) },
		],
		hooks: { draw: [percentile(usage)] },
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
