// @ts-check
/*
 * Times until which something can be taken back: <time data-until> counts down; what is over says so by itself when the page renews.
 */
const STEP_MS = 1000;

function draw() {
	for (const e of document.querySelectorAll("time[data-until]")) {
		const left = Math.ceil((Date.parse(e.getAttribute("datetime") ?? "") - Date.now()) / 1000);
		if (left > 0)
			e.textContent = `${left} s from now`;
		else if (!Number.isNaN(left))
			e.textContent = "now";
	}
}

export function begin() {
	draw();
	setInterval(draw, STEP_MS);
}
