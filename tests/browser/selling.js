/* Sales: bought without script, and by keys on a phone; the button that appears; the queue that is watched. */
import { answer, buy, sales } from "./buying.js";
import { check, equal, matches, none } from "./tap.js";
import { faultsOf, follow, leave, send, visit } from "./visitor.js";

const withoutScript = async () => {
	const visitor = await visit({ js: false, as: "member" });
	const { page } = visitor;
	const { open } = await sales(page);

	await page.goto(open);
	check(await page.locator("img.captcha").evaluate((img) => img.complete && img.naturalWidth > 0),
		"sale, without script: a picture to read from is shown");
	await page.fill("#captcha", "?????");
	equal((await follow(page, "#buy form .button")).status(), 422, "sale, without script: wrong characters: 422");
	none(await faultsOf(page, "#captcha", ""), "sale, without script: wrong characters: said at the field");
	matches(await buy(visitor, open), /^\/orders\/\d+$/, "sale, without script: one press leads to the order, and the page that waits comes again by itself");
	await page.goto(open);
	equal(await page.locator("#captcha").count(), 0, "sale, without script: there is no second one");
	await follow(page, "#buy .buttons a");
	const order = page.url();

	await follow(page, "#ship .buttons a");
	await page.fill("#name", "Ann");
	await page.fill("#phone", "13800000000");
	await page.fill("#region", "上海市");
	await page.fill("#street", "南京路 1 号");
	await send(page, "Save");
	equal(page.url(), order, "order: a new address leads back to it");
	await send(page, "Send it there");
	matches(await page.locator("#ship > .postal").textContent(), /南京路 1 号/, "order: is sent there");
	await send(page, "Pay ¥88.00");
	matches(page.url(), /\/dev\/cashier\//, "order: is paid at the cashier");
	await send(page, "Forge the call");
	check(await page.getByRole("status").isVisible(), "order: not by a forged call");
	await send(page, "Pay ¥88.00");
	equal(await page.locator(".badge").first().textContent(), "Paid for", "order: is paid for");
	await page.goto("/orders");
	equal(await page.locator(".offers .badge").first().textContent(), "Paid for", "order: the list knows it");
	await leave(visitor, "sale, without script");
};

/* Tabs on until the focus is on what the selector names. */
const tabTo = async (page, selector) => {
	for (let presses = 0; presses < 60; presses++) {
		if (await page.evaluate((s) => document.activeElement.matches(s), selector))
			return;
		await page.keyboard.press("Tab");
	}
	throw new Error(`Tab does not reach ${selector}`);
};

const byKeysOnAPhone = async () => {
	const visitor = await visit({ as: "moderator", lang: "zh-CN", width: 360, height: 740, scheme: "dark" });
	const { page } = visitor;
	const { open } = await sales(page);

	await tabTo(page, `a[href="${open}"]`);
	await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
	await tabTo(page, "#captcha");
	await page.keyboard.type(await answer(page));
	await page.keyboard.press("Enter");
	await page.waitForURL(/\/orders\/\d+$/);
	matches(await page.locator(".badge").first().textContent(), /待付款/, "sale, by keys, in Chinese: ends in an order");
	const first = await page.locator("[data-left]").first().textContent();

	await page.waitForFunction((text) => document.querySelector("[data-left]").textContent !== text, first);
	check(true, "order: the time left ticks");
	await tabTo(page, "article .buttons a");
	await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
	await tabTo(page, ".danger");
	await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
	matches(await page.locator(".badge").first().textContent(), /已取消/, "order, by keys: is cancelled");
	await leave(visitor, "sale, by keys");
};

/*
 * A page of before the start, of a sale that is open when its time is over: the page of one to come, with the
 * address of the open one and some seconds left.
 */
const appears = async () => {
	const visitor = await visit({ as: "admin" });
	const { page } = visitor;
	const { open, soon } = await sales(page);
	const before = (await (await visitor.context.request.get(soon)).text()).replaceAll(soon, open)
		.replace(/data-again="\d+"/, "data-again=\"8001\"").replace(/data-left="\d+"/, "data-left=\"8000\"");
	let isFirst = true;

	await page.route(`**${open}`, async (route) => {
		if (!isFirst)
			return route.continue();
		isFirst = false;
		return route.fulfill({ contentType: "text/html; charset=utf-8", body: before });
	});
	await page.goto(open);
	check(await page.locator("#buy [role=timer]").isVisible(), "countdown: is shown before the start");
	equal(await page.locator("#buy form").count(), 0, "countdown: nothing to press before the start");
	await page.waitForFunction(() => /00:00:0[0-7]/.test(document.querySelector("#buy [role=timer]")?.textContent));
	check(true, "countdown: counts");
	await page.locator("#captcha").waitFor();
	check(true, "countdown: at zero the form appears without a reload");
	check(await page.locator("#captcha").evaluate((field) => field === document.activeElement), "countdown: and it is ready to type into");
	check(await page.locator("img.captcha").evaluate((img) => img.decode().then(() => true, () => false)), "countdown: with a picture");
	await leave(visitor, "countdown");
};

const isWatched = async () => {
	const visitor = await visit({ as: "admin" });
	const { page } = visitor;
	const asked = [];
	const pauses = [];
	let mayEnd = false;
	const script = (await (await visitor.context.request.get("/sales")).text()).match(/\/assets\/market\.js[^"]*/)[0];
	const wait = `<!doctype html><html lang="en"><title>x</title><script src="${script}" defer></script>
		<main id="wait" data-poll="/sales/1/result" data-wait="200" data-rate="10" data-slow="600"><b id="ahead">9</b>
		<b id="seconds">1</b><p id="slow" hidden>slow</p></main>`;

	await page.route("**/sales/1/result", (route, request) => {
		if (!request.headers().accept.startsWith("application/json"))
			return route.fulfill({ contentType: "text/html", body: asked.length ? "<title>decided</title>" : wait });
		asked.push(Date.now());
		const isOver = mayEnd && asked.length > 7;

		return route.fulfill({ json: isOver ? { code: "123456789012345678" } : { code: "0", ahead: Math.max(12, 20 - asked.length), wait_ms: 200 } });
	});
	/* How long the script means to wait: it may be kept waiting for longer. */
	await page.exposeFunction("notePause", (ms) => { pauses.push(ms); });
	await page.addInitScript(() => {
		const start = window.setTimeout;

		window.setTimeout = (what, ms, ...rest) => {
			window.notePause(ms);
			return start(what, ms, ...rest);
		};
	});
	await page.goto("/sales/1/result");
	await page.waitForFunction(() => Number(document.getElementById("ahead")?.textContent) > 9);
	check(true, "queue: the place is shown as it changes");
	equal(await page.locator("#seconds").textContent(), "2", "queue: and so is the time it usually takes");
	await page.locator("#slow").waitFor();
	check(true, "queue: that it takes longer is said when it does");
	mayEnd = true;
	await page.waitForFunction(() => document.title === "decided");
	check(pauses[0] === 200 && pauses.every((pause, i) => !i || pause >= pauses[i - 1]) && pauses.at(-1) > 300 && asked.at(-1) - asked[0] >= 200 * (asked.length - 2), "queue: asks every 200 ms at first, then less and less often", pauses.join(" "));
	check(true, "queue: the page that says how it ended takes its place");
	await leave(visitor, "queue");
};

export default async () => {
	await withoutScript();
	await byKeysOnAPhone();
	await appears();
	await isWatched();
};
