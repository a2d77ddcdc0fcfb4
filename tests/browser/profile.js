/* What a member says of themselves, their pages, and checking in: with and without script, by keys on a phone. */
import { join, secret } from "./account.js";
import { png, refusals } from "./pictures.js";
import { check, equal, matches, none } from "./tap.js";
import { button, faultsOf, follow, leave, logIn, send, until, visit, withoutBrowserChecks } from "./visitor.js";

const choose = (page, name, mimeType, buffer) => page.setInputFiles("#picture", { name, mimeType, buffer });

const above = (page) => page.locator(".menu img").getAttribute("src");

/* The page says that the picture is coming until it is there; who is logged in elsewhere learns of it a moment later. */
const untilMade = async (page) => {
	const isMade = async () => {
		await page.goto("/settings/profile");
		return !await page.getByText("is being made").count() && (await above(page)).startsWith("/media/");
	};

	if (!await until(isMade))
		throw new Error("the picture is not made");
};

/* Sent, shown, and really a picture of the size it is to have. */
const picture = async (visitor, how) => {
	const { page } = visitor;
	const face = page.locator("main .face").first();

	await refusals(visitor, how, {
		at: "/settings/profile", field: "#picture", button: "Upload", back: "Back to the profile", leadsTo: /\/settings\/profile$/,
	});
	await choose(page, "me.png", "image/png", png);
	equal(await send(page, "Upload"), 200, `${how}: a picture is taken`);
	await untilMade(page);
	matches(await face.getAttribute("src"), /^\/media\/avatar\/.*-96\.webp$/, `${how}: and shown soon`);
	equal(await face.evaluate(async (image) => { await image.decode(); return [image.naturalWidth, image.naturalHeight]; }),
		[48, 48], `${how}: cut to the square in its middle`);
	matches(await above(page), /^\/media\//, `${how}: also above the page`);
	equal(await send(page, "Remove my picture"), 200, `${how}: it is removed`);
	matches(await face.getAttribute("src"), /^\/avatars\//, `${how}: and the drawn face is back`);
};

const words = async ({ page }, name, how) => {
	await page.goto("/settings/profile");
	await withoutBrowserChecks(page);
	await page.fill("#username", "x");
	equal(await send(page, "Save the profile"), 422, `${how}: too short a name: 422`);
	none(await faultsOf(page, "#username", "x"), `${how}: too short a name: said at the field`);
	await page.fill("#username", `${name}.new`);
	await page.fill("#bio", "First line.\nSecond line.");
	equal(await send(page, "Save the profile"), 200, `${how}: a new name and words are saved`);
	check(await page.getByRole("status").first().isVisible(), `${how}: and that is confirmed`);
	await follow(page, page.getByRole("link", { name: "See it as others do" }));
	equal(await page.locator("h1").textContent(), `${name}.new`, `${how}: the page has the name`);
	equal(await page.locator(".bio").evaluate((bio) => bio.getClientRects().length > 0 && bio.innerText),
		"First line.\nSecond line.", `${how}: and the words, line by line`);
	for (const tab of ["Comments", "Likes given"]) {
		await follow(page, page.locator(".person-tabs").getByRole("link", { name: tab }));
		equal(await page.locator(".person-tabs [aria-current]").textContent(), tab, `${how}: tab ${tab} opens`);
		check(await page.locator(".empty").isVisible(), `${how}: tab ${tab} says that there is nothing yet`);
	}
};

const preferences = async ({ page }, how) => {
	await page.goto("/settings/profile");
	await page.selectOption("#zone", "Pacific/Auckland");
	await page.selectOption("#language", "zh");
	equal(await send(page, "Save the preferences"), 200, `${how}: preferences are saved`);
	equal(await page.locator("html").getAttribute("lang"), "zh-CN", `${how}: the language counts at once`);
	equal(await page.locator("#zone").inputValue(), "Pacific/Auckland", `${how}: so does the zone`);
	await page.selectOption("#language", "en");
	await follow(page, page.locator("form[action$=preferences] .button"));
	equal(await page.locator("html").getAttribute("lang"), "en", `${how}: and back`);
};

/* By keys alone: from the menu to the button. */
const checkIn = async ({ page }, how) => {
	await page.goto("/");
	await page.locator("summary").focus();
	await page.keyboard.press("Enter");
	await page.locator(".menu a", { hasText: "Check in" }).focus();
	await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
	matches(page.url(), /\/check-in$/, `${how}: the menu leads to it`);
	await page.locator("h1").evaluate(() => document.activeElement.blur());
	for (let presses = 0; presses < 30; presses++) {
		await page.keyboard.press("Tab");
		if (await button(page, "Check in").evaluate((one) => one === document.activeElement))
			break;
	}
	await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
	check(await page.getByRole("status").isVisible(), `${how}: a key presses the button`);
	check(await button(page, "Checked in today").isDisabled(), `${how}: once a day`);
	equal(await page.locator(".figures dd").allTextContents(), ["1", "1"], `${how}: a row of one, one day this month`);
	equal(await page.locator(".calendar td.done").count(), 1, `${how}: the calendar shows it`);
	matches(await page.locator(".calendar [aria-current=date]").textContent(), /checked in/, `${how}: in words, too`);
	await follow(page, page.getByRole("link", { name: "Month before" }));
	equal(await page.locator(".calendar td.done").count(), 0, `${how}: the month before is empty`);
	await follow(page, page.getByRole("link", { name: "Month after" }));
	equal(await page.locator(".calendar td.done").count(), 1, `${how}: and there is a way back`);
};

const all = async (js, name) => {
	const how = `profile, ${js ? "with script" : "without script"}`;
	const visitor = await visit({ js, width: 360, height: 740 });

	await join(visitor, name);
	await logIn(visitor, name, secret);
	await picture(visitor, how);
	await checkIn(visitor, how);
	await preferences(visitor, how);
	await words(visitor, name, how);
	await leave(visitor, how);
};

export default async () => {
	await all(true, "Mia_Script");
	await all(false, "mia.plain");
};
