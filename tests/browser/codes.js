/* Codes on a phone: logging in by number, choosing a name, a second factor and the login that asks for it. With script
 * every page is looked at by axe as well. */
import { createHmac } from "node:crypto";

import { join, secret } from "./account.js";
import { axe } from "./pages.js";
import { check, equal, matches, none } from "./tap.js";
import { button, follow, leave, logIn, openMail, send, site, visit, withoutBrowserChecks } from "./visitor.js";

/** What an authenticator that knows the key shows now, or some half minutes later (RFC 6238). */
export const shown = (key, later = 0) => {
	const bits = [...key.replaceAll(" ", "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
	const bytes = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
	const step = Buffer.alloc(8);

	step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + later));
	const mac = createHmac("sha1", bytes).update(step).digest();

	return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1000000).padStart(6, "0");
};

/* The newest message to that number or address, in a page of its own. */
const codeSentTo = async ({ context }, to) => {
	const page = await context.newPage();

	await openMail(page, to, /code|验证码/);
	const [code] = (await page.locator("pre").textContent()).match(/\b\d{6}\b/);

	await page.close();
	return code;
};

const byPhone = async (js) => {
	const how = `phone login, ${js ? "with script" : "without script"}`;
	const visitor = await visit({ js, width: 360, height: 740 });
	const { page } = visitor;
	const phone = `139${String(Date.now()).slice(-8)}`;
	const look = async (what) => { if (js) none(await axe(page, {}), `${how}: ${what}: no violation of axe's rules`); };

	await page.goto("/login?next=/about");
	await follow(page, page.getByRole("link", { name: "Log in with a code to your phone" }));
	await look("the number");
	await withoutBrowserChecks(page);
	await page.fill("#phone", "12345");
	equal(await send(page, "Send the code"), 422, `${how}: no number: 422`);
	await look("no number");
	await page.fill("#phone", phone);
	equal(await send(page, "Send the code"), 200, `${how}: the code is sent`);
	matches(page.url(), /\/login\/phone\/code$/, `${how}: and asked for`);
	await look("the code");
	const code = await codeSentTo(visitor, phone);

	await page.fill("#code", code.replace(/^./, (digit) => (Number(digit) + 1) % 10));
	equal(await send(page, "Log in"), 422, `${how}: a wrong code: 422`);
	await look("a wrong code");
	await page.fill("#code", code);
	await send(page, "Log in");
	matches(page.url(), /\/about$/, `${how}: the right one leads to where one wanted to go`);
	await page.goto("/settings");
	await look("settings");
	await follow(page, page.getByRole("link", { name: "Choose a name" }));
	await look("a name");
	await page.fill("#name", `phone${phone.slice(3)}`);
	await send(page, "Take this name");
	check((await page.locator("main").textContent()).includes(`phone${phone.slice(3)}`), `${how}: a name is chosen`);
	await follow(page, page.getByRole("link", { name: "Add an e-mail address" }));
	matches(page.url(), /\/settings\/confirm/, `${how}: an address is only added after a confirmation`);
	await look("confirming");
	await leave(visitor, how);
};

const inTwoSteps = async (js, name) => {
	const how = `two-step login, ${js ? "with script" : "without script"}`;
	const visitor = await visit({ js, width: 360, height: 740 });
	const { page } = visitor;
	const look = async (what) => { if (js) none(await axe(page, {}), `${how}: ${what}: no violation of axe's rules`); };

	await join(visitor, name);
	await logIn(visitor, name, secret);
	await page.goto("/settings/two-step");
	await look("off");
	await send(page, "Set it up");
	matches(page.url(), /\/settings\/confirm/, `${how}: who sets it up is asked who they are`);
	await page.fill("#password", secret);
	await send(page, "Confirm");
	await page.goto("/settings/two-step");
	await send(page, "Set it up");
	check(await page.locator("svg.qr").isVisible(), `${how}: the key is shown as a picture`);
	await look("the picture");
	const key = await page.locator(".key").textContent();

	await page.fill("#code", "000000");
	equal(await send(page, "Switch it on"), 422, `${how}: a wrong code: 422`);
	await page.fill("#code", shown(key));
	await send(page, "Switch it on");
	equal(await page.locator(".codes li").count(), 10, `${how}: ten recovery codes are shown`);
	await look("recovery codes");
	const [recovery, another] = await page.locator(".codes li").allTextContents();

	await page.goto("/settings/two-step");
	await look("on");
	const elsewhere = await visit({ js, width: 360, height: 740 });

	await logIn(elsewhere, name, secret);
	matches(elsewhere.page.url(), /\/login\/second$/, `${how}: logging in takes a second step`);
	if (js)
		none(await axe(elsewhere.page, {}), `${how}: the second step: no violation of axe's rules`);
	/* The next half minute's code is good already; this one's was used. */
	await elsewhere.page.fill("#code", shown(key, 1));
	await send(elsewhere.page, "Log in");
	equal(elsewhere.page.url(), `${site}/`, `${how}: which a code of the authenticator takes`);
	await elsewhere.context.clearCookies();
	await logIn(elsewhere, name, secret);
	await elsewhere.page.fill("#code", recovery);
	await send(elsewhere.page, "Log in");
	equal(elsewhere.page.url(), `${site}/`, `${how}: or a recovery code`);
	await elsewhere.page.goto("/settings/confirm?next=/settings/two-step");
	if (js)
		none(await axe(elsewhere.page, {}), `${how}: confirming: no violation of axe's rules`);
	await elsewhere.page.fill("#code", another);
	await send(elsewhere.page, "Confirm");
	equal(await send(elsewhere.page, "Switch it off"), 200, `${how}: a code confirms what is sensitive`);
	check(await button(elsewhere.page, "Set it up").isVisible(), `${how}: like switching it off`);
	await leave(elsewhere, `${how}, elsewhere`);
	await leave(visitor, how);
};

export default async () => {
	await byPhone(true);
	await byPhone(false);
	await inTwoSteps(true, "Tom_Script");
	await inTwoSteps(false, "tom.plain");
};
