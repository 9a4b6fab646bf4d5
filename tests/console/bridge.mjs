/*
 * A real browser at the end of a pipe: tests/screen.py writes one request a line, and reads one answer a line.
 *
 *   {"open": {options of the context}}                        -> {"value": number of the page}
 *   {"page": 1, "calls": [["locator", "tbody tr"], ["count"]]} -> {"value": what the last call gave}
 *   {"page": 1, "close": true}
 *   {"page": 1, "said": true}                                 -> {"value": [what its console, its policy and its errors said since]}
 *   {"page": 1, "leads": "Enter"}                             a key, and until the page is there that it leads to
 *   {"page": 1, "slow": 6}                                    its CPU is six times slower
 *
 * A call is a method of Playwright's Page, or of what the call before it gave. A string "js:..." among its arguments is a function.
 */
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const browser = await chromium.launch({
	executablePath: '/usr/bin/chromium',
	args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
});
const pages = [];

async function open(options) {
	const context = await browser.newContext(options);
	const page = await context.newPage();
	const said = [];
	page.setDefaultTimeout(20000);
	page.on('console', m => said.push(`${m.type()}: ${m.text()} ${new URL(m.location().url || options.baseURL).pathname}`));
	page.on('pageerror', e => said.push(`error: ${e.message}`));
	page.on('requestfailed', r => {
		/* what a page that is left was still asking for */
		if (r.failure()?.errorText !== 'net::ERR_ABORTED')
			said.push(`failed: ${r.url()} ${r.failure()?.errorText}`);
	});
	page.on('request', r => { if (new URL(r.url()).origin !== new URL(options.baseURL).origin) said.push(`elsewhere: ${r.url()}`); });
	pages.push({ context, page, said });
	return pages.length - 1;
}

const argument = a => typeof a === 'string' && a.startsWith('js:') ? new Function(`return (${a.slice(3)})`)() : a;

async function call(page, calls) {
	let at = page;
	for (const [name, ...args] of calls) {
		const member = at[name];
		at = await (typeof member === 'function' ? member.apply(at, args.map(argument)) : member);
	}
	return at === null || ['string', 'number', 'boolean'].includes(typeof at) || Array.isArray(at) || Object.getPrototypeOf(at ?? '') === Object.prototype ? at : undefined;
}

async function answer(request) {
	if (request.open)
		return open(request.open);
	const p = pages[request.page];
	if (request.close)
		return p.context.close();
	if (request.slow) {
		const devtools = await p.context.newCDPSession(p.page);
		return void await devtools.send('Emulation.setCPUThrottlingRate', { rate: request.slow });
	}
	if (request.leads)
		return void await Promise.all([p.page.waitForNavigation(), p.page.keyboard.press(request.leads)]);
	if (request.said)
		return p.said.splice(0);
	return call(p.page, request.calls);
}

for await (const line of createInterface({ input: process.stdin })) {
	let told;
	try {
		told = { value: await answer(JSON.parse(line)) };
	} catch (e) {
		told = { error: String(e.message ?? e) };
	}
	process.stdout.write(JSON.stringify(told) + '\n');
}
await browser.close();
