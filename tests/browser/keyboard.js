/* Without a mouse: everything can be reached, is seen to be in focus, and can be used. */
import { check, equal, matches, none } from "./tap.js";
import { leave, publish, visit } from "./visitor.js";

/* What the focus is on, and what is wrong with how that looks. */
const focused = (page) => page.evaluate(() => {
	const at = document.activeElement;

	if (!at || at === document.body)
		return null;
	const box = at.getBoundingClientRect();
	const style = getComputedStyle(at);
	const faults = [];

	if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2)
		faults.push("no focus ring");
	if (box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth)
		faults.push("out of sight");
	return { key: at.dataset.stop, what: `${at.tagName} ${(at.textContent || at.id).trim().slice(0, 30)}`, faults };
});

/* Numbers what ought to be a stop: all that a mouse could use and that is seen. */
const number = (page) => page.evaluate(() => {
	const all = "a[href], button, input:not([type=hidden]), textarea, select, summary, [tabindex='0']";
	const stops = [...document.querySelectorAll(all)].filter((one) => !one.disabled && one.checkVisibility());

	stops.forEach((one, at) => { one.dataset.stop = at; });
	return stops.map((one) => `${one.tagName} ${(one.textContent || one.id).trim().slice(0, 30)}`);
});

const tour = async (page, name) => {
	/* Without a fragment, which would be where Tab starts. */
	await page.goto(page.url().split("#")[0]);
	const stops = await number(page);
	const reached = [];
	const faults = [];

	for (let presses = 0; presses < stops.length + 5; presses++) {
		await page.keyboard.press("Tab");
		const at = await focused(page);

		if (!at)
			break;
		reached.push(Number(at.key));
		faults.push(...at.faults.map((fault) => `${at.what}: ${fault}`));
	}
	none(stops.filter((what, at) => !reached.includes(at)), `${name}: all ${stops.length} controls are reached by Tab`);
	check(reached.every((stop, at) => !at || stop > reached[at - 1]), `${name}: in the order they are read`, reached.join(" "));
	none(faults, `${name}: each with a focus ring, and in sight`);
};

const skip = async (page) => {
	await page.goto("/");
	await page.keyboard.press("Tab");
	const link = page.locator(".skip");

	check(await link.evaluate((a) => a === document.activeElement && a.getBoundingClientRect().top >= 0),
		"keyboard: the first stop is the skip link, and it shows");
	await page.keyboard.press("Enter");
	await page.keyboard.press("Tab");
	check(await page.evaluate(() => document.querySelector("main").contains(document.activeElement)),
		"keyboard: it leads past the header into the page");
};

/* Tabs on until the focus is on what the selector names. */
export const tabTo = async (page, selector) => {
	for (let presses = 0; presses < 200; presses++) {
		if (await page.evaluate((s) => document.activeElement.matches(s), selector))
			return;
		await page.keyboard.press("Tab");
	}
	throw new Error(`Tab does not reach ${selector}`);
};

export const enter = (page, key = "Enter") => Promise.all([page.waitForNavigation(), page.keyboard.press(key)]);

const menu = async (page) => {
	await page.goto("/");
	await tabTo(page, "summary");
	await page.keyboard.press("Enter");
	check(await page.locator(".menu .card").isVisible(), "keyboard: Enter opens the menu");
	await page.keyboard.press("Tab");
	check(await page.evaluate(() => !!document.activeElement.closest(".menu .card")), "keyboard: Tab goes on into it");
	await page.keyboard.press("Escape");
	check(await page.locator(".menu .card").isHidden(), "keyboard: Escape closes it");
	check(await page.evaluate(() => document.activeElement.matches("summary")), "keyboard: and puts the focus back");
};

const work = async (page) => {
	await page.goto("/");
	await tabTo(page, ".me .button");
	await enter(page);
	matches(page.url(), /\/posts\/new$/, "keyboard: a new post");
	await tabTo(page, "#title");
	await page.keyboard.type("Typed without a mouse");
	await tabTo(page, "#body");
	await page.keyboard.type("All of it.");
	await tabTo(page, ".buttons .button");
	await enter(page);
	equal(await page.locator("h1").textContent(), "Typed without a mouse", "keyboard: written and published");
	await tabTo(page, "#react .likes");
	await Promise.all([page.waitForResponse(/\/posts\/\d+$/), page.keyboard.press("Space")]);
	await page.locator("#react [aria-pressed=true]").waitFor();
	check(await page.evaluate(() => document.activeElement.matches("#react .likes")), "keyboard: liked, and the focus has stayed");
	await tabTo(page, "#reply");
	await page.keyboard.type("A comment without a mouse");
	await page.keyboard.press("Tab");
	await enter(page);
	equal(await page.locator(".cs [id] > div").textContent(), "A comment without a mouse\n", "keyboard: and commented");
	await tabTo(page, ".cs a[href^='/reply/']");
	await enter(page);
	check(await page.evaluate(() => document.activeElement.matches("#reply")), "keyboard: Reply leads to the field");
};

export default async () => {
	const guest = await visit();
	const member = await visit({ as: "moderator" });
	const address = await publish(member, "A page of every control", "[a link](/about)\n\n| a | b |\n|---|---|\n| c | d |\n\n    code");

	await skip(guest.page);
	await tour(guest.page, "keyboard, front page");
	await guest.page.goto("/register");
	await tour(guest.page, "keyboard, register");
	await leave(guest, "keyboard, guest");
	await member.page.fill("#reply", "one");
	await member.page.keyboard.press("Tab");
	await enter(member.page);
	await member.page.goto(address);
	await tour(member.page, "keyboard, article");
	await member.page.goto("/posts/new");
	await tour(member.page, "keyboard, new post");
	await menu(member.page);
	await work(member.page);
	await leave(member, "keyboard, member");
};
