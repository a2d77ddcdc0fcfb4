/* One's own data: the copy that is fetched, and leaving - the preview, the proof, the way back - with script and
 * without. And what a moderator does to an account. */
import { readFileSync } from "node:fs";

import { join, secret } from "./account.js";
import { check, equal, matches } from "./tap.js";
import { button, follow, leave, logIn, openMail, password, publish, send, until, visit } from "./visitor.js";

const waitForCopy = (page) => until(async () => {
	await page.goto("/settings/export");
	return await page.getByRole("link", { name: /Fetch it/ }).count() > 0;
});

const copy = async (visitor, how, name) => {
	const { page } = visitor;

	await page.goto("/settings");
	await follow(page, page.getByRole("link", { name: "Your copy" }));
	equal(await send(page, "Make a copy"), 200, `${how}: a copy is asked for`);
	check(await waitForCopy(page), `${how}: and ready after a while`);
	await openMail(page, `${name}@example.org`, /copy/i);
	await page.goto("/settings/export");
	await follow(page, page.getByRole("link", { name: /Fetch it/ }));
	matches(page.url(), /\/settings\/confirm\?/, `${how}: who fetches it proves it once more`);
	await page.fill("#password", secret);
	const [download] = await Promise.all([
		page.waitForEvent("download"),
		button(page, "Confirm").click(),
	]);

	matches(download.suggestedFilename(), /^plaza-\d{4}-\d\d-\d\d\.zip$/, `${how}: it comes as a file with a name`);
	equal(readFileSync(await download.path()).subarray(0, 2).toString(), "PK", `${how}: which is a zip`);
	equal((await page.request.get("/internal/exports/x.zip")).status(), 404, `${how}: nobody asks for the files themselves`);
};

const prove = async (page) => {
	await page.fill("#password", secret);
	await send(page, "Confirm");
};

const go = async (visitor, how, name) => {
	const { page } = visitor;

	await publish(visitor, `Quinces ${how}`, "About quinces.");
	await page.goto("/settings");
	await follow(page, page.getByRole("link", { name: "Delete your account" }));
	matches(page.url(), /\/settings\/confirm\?/, `${how}: who asks proves it once more`);
	await prove(page);
	check(await page.getByText("1 post · 0 comments").isVisible(), `${how}: the preview counts`);
	await page.getByRole("radio", { name: "Erase it" }).check();
	await send(page, "Delete my account");
	check(await page.getByText("Your account will be deleted in 7 days.").isVisible(), `${how}: then it is set down`);
	check(await page.getByRole("link", { name: "Log in" }).isVisible(), `${how}: and logged out`);
	await openMail(page, `${name}@example.org`, /deleted/i);
	await logIn(visitor, name, secret);
	matches(page.url(), /\/settings\/delete$/, `${how}: a login leads to the way back`);
	await send(page, "Keep my account");
	check(await page.getByText("Good that you stay.").isVisible(), `${how}: and one stays`);
};

const ownData = async (js, name) => {
	const how = `leaving, ${js ? "with script" : "without script"}`;
	const visitor = await visit({ js });

	await join(visitor, name);
	await logIn(visitor, name, secret);
	await copy(visitor, how, name);
	await visitor.context.clearCookies();
	await logIn(visitor, name, secret);
	await go(visitor, how, name);
	await leave(visitor, how);
};

const closing = async () => {
	const moderator = await visit({ as: "moderator" });
	const visitor = await visit();
	const { page } = moderator;

	await join(visitor, "Closed_One");
	await logIn(visitor, "Closed_One", secret);
	await page.goto("/admin/users");
	await page.fill("#q", "Closed_");
	await follow(page, page.getByRole("button", { name: "Show" }));
	await follow(page, page.getByRole("link", { name: "Closed_One" }));
	await follow(page, page.getByRole("link", { name: "Confirm that it is you" }));
	await page.fill("#password", password);
	await send(page, "Confirm");
	await page.fill("#reason", "Advertising for quinces");
	await page.selectOption("#days", "30");
	equal(await send(page, "Close the account"), 200, "closing: done");
	check(await page.getByText("Advertising for quinces").first().isVisible(), "closing: the page says why");
	await visitor.page.goto("/settings");
	matches(visitor.page.url(), /\/login/, "closing: logged out at once");
	equal(await logIn(visitor, "Closed_One", secret), 422, "closing: no login");
	check(await visitor.page.getByText(/closed this account until 20.* The reason: Advertising for quinces/).isVisible(),
		"closing: who tries is told why and until when");
	await page.goto("/moderation/log");
	check(await page.getByText("closed the account").first().isVisible(), "closing: it stands in the log");
	await leave(visitor, "closing, closed");
	await leave(moderator, "closing, moderator");
};

export default async () => {
	await ownData(true, "Lea_Script");
	await ownData(false, "lea.plain");
	await closing();
};
