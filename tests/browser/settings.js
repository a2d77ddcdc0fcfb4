/* One's own account: the password, forgotten or changed, and the devices that are logged in. */
import { join, secret } from "./account.js";
import { check, equal, matches, none } from "./tap.js";
import { faultsOf, follow, leave, logIn, openMail, send, visit, withoutBrowserChecks } from "./visitor.js";

const fresh = "seven slow boats at noon";
const fresher = "eight slow boats at dusk";

const isMember = async ({ page }) => {
	await page.goto("/settings");
	return page.url().endsWith("/settings");
};

const refused = async ({ page }, how) => {
	const faults = [
		["the wrong current password", "#password", { "#password": "not it at all", "#new-password": fresh }],
		["a short new password", "#new-password", { "#password": secret, "#new-password": "short" }],
		["the old password again", "#new-password", { "#password": secret, "#new-password": secret }],
	];

	for (const [what, field, typed] of faults) {
		await page.goto("/settings");
		await withoutBrowserChecks(page);
		for (const [selector, text] of Object.entries(typed))
			await page.fill(selector, text);
		equal(await send(page, "Change the password"), 422, `${how}: ${what}: 422`);
		none(await faultsOf(page, field, ""), `${how}: ${what}: said at the field`);
	}
};

const change = async (js, name) => {
	const how = `settings, ${js ? "with script" : "without script"}`;
	const visitor = await visit({ js });
	const elsewhere = await visit();
	const { page } = visitor;

	await join(visitor, name);
	await logIn(visitor, name, secret);
	await logIn(elsewhere, name, secret);
	await refused(visitor, how);
	check(await isMember(elsewhere), `${how}: another device is logged in as well`);
	await page.goto("/settings");
	await page.fill("#password", secret);
	await page.fill("#new-password", fresh);
	equal(await send(page, "Change the password"), 200, `${how}: the password is changed`);
	check(await page.getByRole("status").isVisible(), `${how}: and that is confirmed`);
	check(await isMember(visitor), `${how}: this device stays logged in`);
	check(!await isMember(elsewhere), `${how}: the other one does not`);
	equal(await logIn(elsewhere, name, fresh), 200, `${how}: the new password opens the account`);
	await page.goto("/settings/sessions");
	equal(await page.locator(".lines li").count(), 2, `${how}: both devices are listed`);
	await follow(page, page.locator(".lines button"));
	equal(await page.locator(".lines li").count(), 1, `${how}: one is logged out from here`);
	check(!await isMember(elsewhere), `${how}: and is a guest's now`);
	await leave(visitor, how);
	await leave(elsewhere, `${how}, elsewhere`);
};

const forgotten = async (js, name) => {
	const how = `forgotten password, ${js ? "with script" : "without script"}`;
	const visitor = await visit({ js });
	const { page } = visitor;

	await join(visitor, name);
	await page.goto("/login");
	await follow(page, page.getByRole("link", { name: "Forgotten your password?" }));
	await page.fill("#login", name);
	await send(page, "Send the link");
	matches(page.url(), /\/password\/forgot\/done$/, `${how}: asking for a link is answered`);
	await openMail(page, name, /password/i);
	await follow(page, page.locator("pre a").first());
	check((await page.locator("h1").textContent()).includes(name), `${how}: the link asks for a new password by name`);
	const link = page.url();

	await withoutBrowserChecks(page);
	await page.fill("#password", "short");
	equal(await send(page, "Set the password"), 422, `${how}: a short one: 422`);
	none(await faultsOf(page, "#password", ""), `${how}: a short one: said at the field`);
	await page.fill("#password", fresher);
	await send(page, "Set the password");
	matches(page.url(), /\/login$/, `${how}: a good one leads to the login`);
	equal(await logIn(visitor, name, fresher), 200, `${how}: which takes it`);
	equal((await page.goto(link)).status(), 404, `${how}: the link works once`);
	await leave(visitor, how);
};

export default async () => {
	await change(true, "Ken_Script");
	await change(false, "ken.plain");
	await forgotten(true, "Ada_Script");
	await forgotten(false, "ada.plain");
};
