/* Registering, the mail, activating, logging in and out, with script and without; and what is refused. */
import { check, equal, matches, none } from "./tap.js";
import { faultsOf, follow, leave, logIn, openMail, send, visit, withoutBrowserChecks } from "./visitor.js";

export const secret = "three green lamps in a row";

const register = async (page, name) => {
	await page.goto("/register");
	await page.fill("#username", name);
	await page.fill("#email", `${name}@example.org`);
	await page.fill("#password", secret);
	return send(page, "Register");
};

/** A new account, activated: its visitor may log in with the secret. */
export const join = async ({ page }, name) => {
	await register(page, name);
	await openMail(page, `${name}@example.org`, /Activate/);
	await follow(page, page.locator("pre a").first());
	await send(page, "Activate my account");
};

/* What the browser sends when the login form is sent. */
const loginBody = async (visitor, name) => {
	const [request] = await Promise.all([
		visitor.page.waitForRequest((r) => r.method() === "POST" && r.url().endsWith("/login")),
		logIn(visitor, name, secret),
	]);

	return new URLSearchParams(request.postData());
};

const wholeWay = async (js) => {
	const how = js ? "with script" : "without script";
	const name = js ? "Mira_Script" : "mira.plain";
	const visitor = await visit({ js });
	const { page } = visitor;

	equal(await register(page, name), 200, `${how}: registering is answered`);
	matches(page.url(), /\/register\/done$/, `${how}: and goes on to the page that names the mail`);
	equal(await logIn(visitor, name, secret), 422, `${how}: no login before the activation`);
	await openMail(page, `${name}@example.org`, /Activate/);
	await follow(page, page.locator("pre a").first());
	matches(page.url(), /\/activate\/[\w-]+$/, `${how}: the link of the mail opens the activation`);
	check((await page.locator("h1").textContent()).includes(name), `${how}: it greets by name`);
	await send(page, "Activate my account");
	matches(page.url(), /\/login$/, `${how}: the button goes on to the login`);
	check(await page.getByRole("status").isVisible(), `${how}: which says that the account is active`);

	const body = await loginBody(visitor, name);

	equal([body.has("password"), (body.get("password1") || "").length], js ? [false, 64] : [true, 0],
		`${how}: ${js ? "the first pass of the password is sent in its place" : "the password is sent as typed"}`);
	await page.getByText("Your menu").waitFor({ state: "attached" });
	check(await page.getByRole("link", { name: "Write", exact: true }).isVisible(), `${how}: a member may write`);
	await page.locator("summary").click();
	await follow(page, page.getByRole("button", { name: "Log out" }));
	check(await page.getByRole("link", { name: "Log in", exact: true }).isVisible(), `${how}: logged out, a guest again`);
	await page.goto("/posts/new");
	matches(page.url(), /\/login\?next=/, `${how}: and a page for members asks for the login`);
	await leave(visitor, how);
};

/* One field wrong, the others right. */
const registerFaults = [
	["a name that is taken", "#username", { "#username": "member" }],
	["a name of one letter", "#username", { "#username": "x" }],
	["a name with a space in it", "#username", { "#username": "two words" }],
	["no name", "#username", { "#username": "" }],
	["an address that is none", "#email", { "#email": "nobody at home" }],
	["no address", "#email", { "#email": "" }],
	["a short password", "#password", { "#password": "short" }],
	["a password that others guess", "#password", { "#password": "password12345" }],
	["the name as password", "#password", { "#username": "wrong_wrong_one", "#password": "wrong_wrong_one" }],
];

const refusedRegistrations = async () => {
	const visitor = await visit();
	const { page } = visitor;

	for (const [what, field, wrong] of registerFaults) {
		const typed = { "#username": "tidy_name", "#email": "tidy@example.org", "#password": secret, ...wrong };

		await page.goto("/register");
		await withoutBrowserChecks(page);
		for (const [selector, text] of Object.entries(typed))
			await page.fill(selector, text);
		equal(await send(page, "Register"), 422, `register, ${what}: 422`);
		/* A password is never sent back. */
		none(await faultsOf(page, field, field === "#password" ? "" : typed[field]), `register, ${what}: said at the field`);
		for (const other of ["#username", "#email"])
			equal(await page.inputValue(other), typed[other], `register, ${what}: ${other} is kept`);
	}
	equal(await logIn(visitor, "tidy_name", secret), 422, "register: nothing was stored");
	await leave(visitor, "register, refused");
};

const refusedLogins = async () => {
	const visitor = await visit();
	const { page } = visitor;

	await page.goto("/login?next=%2Fposts%2Fnew");
	await page.fill("#login", "mira.plain");
	await page.fill("#password", "not the password");
	equal(await send(page, "Log in"), 422, "login, wrong password: 422");
	none(await faultsOf(page, "#password", ""), "login, wrong password: said at the field");
	equal(await page.inputValue("#login"), "mira.plain", "login, wrong password: the name is kept");
	for (let tries = 0; tries < 6 && !await page.locator("#captcha").count(); tries++) {
		await page.fill("#password", `wrong again ${tries}`);
		await send(page, "Log in");
	}
	check(await page.locator("img.captcha").evaluate((img) => img.complete && img.naturalWidth > 0),
		"login, often wrong: a picture to read from is shown");
	await page.fill("#password", "wrong once more");
	await page.fill("#captcha", "?????");
	equal(await send(page, "Log in"), 422, "login, wrong characters: 422");
	none(await faultsOf(page, "#captcha", ""), "login, wrong characters: said at the field");
	await leave(visitor, "login, refused");
};

const wayBack = async () => {
	const visitor = await visit({ as: "admin" });
	const { page } = visitor;

	await visitor.context.clearCookies();
	await page.goto("/posts/new");
	await page.fill("#login", "member");
	await page.fill("#password", process.env.PLAZA_PASSWORD);
	await page.getByRole("checkbox").check();
	await send(page, "Log in");
	matches(page.url(), /\/posts\/new$/, "login: goes back to where one came from");
	const cookie = (await visitor.context.cookies()).find((c) => c.name === "plaza_session");

	check(cookie?.httpOnly && cookie.expires > Date.now() / 1000 + 29 * 86400,
		"login: a device that is to stay logged in keeps the session for thirty days");
	await leave(visitor, "login, way back");
};

export default async () => {
	await wholeWay(true);
	await wholeWay(false);
	await refusedRegistrations();
	await refusedLogins();
	await wayBack();
};
