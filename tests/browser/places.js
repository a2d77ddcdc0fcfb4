/* Every page of the site, with what makes pages hard to draw: long words, wide tables, deep trees, empty lists,
 * forms with errors. */
import { answer, buy, sales } from "./buying.js";
import { password, prove, publish, send, visit, withoutBrowserChecks } from "./visitor.js";

const word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
const hardText = `# ${word}

${word}${word} https://example.org/${"a/very/long/path/".repeat(10)}

| one | two | three | four | five | six | seven |
|---|--:|:-:|---|---|---|---|
| ${"longer ".repeat(8)} | 123456 | middle | ${word} | e | f | g |

\`\`\`c
int main(void) { return printf("a line of code that no telephone shows in full, and that scrolls in its own box\\n"); }
\`\`\`

> a quote
>
> > in a quote
> >
> > 1. with
> >    - a list

- [ ] to do
- [x] done`;

/* A post with everything in it, two versions, and a conversation eight replies deep. */
const makeHard = async (member, moderator) => {
	const { page } = member;
	const post = await publish(member, `长标题 ${word}`.slice(0, 100), hardText);

	await page.goto(`${post}/edit`);
	await page.fill("#body", `${hardText}\n\nOne more line.`);
	await send(page, "Save");
	let { page: other } = moderator;
	let comment = post;

	for (let depth = 0; depth < 8; depth++) {
		await other.goto(comment);
		await other.fill("#reply", depth % 2 ? `${word} \`${word}\`` : "| a | b | c | d |\n|---|---|---|---|\n| 1 | 2 | 3 | 4 |");
		await send(other, "Send");
		comment = `/comments/${await other.locator(".cs li").last().evaluate((li) => li.id.slice(1))}`;
		other = other === page ? moderator.page : page;
	}
	return { post, comment };
};

/* The form at that address sent as it is, once the fields hold what is given. */
const sent = (address, fields, name) => async (page) => {
	await page.goto(address);
	await withoutBrowserChecks(page);
	for (const [selector, text] of Object.entries(fields))
		await page.locator(selector).evaluate((field, value) => { field.value = value; }, text);
	await send(page, name);
};

const conflict = (post) => async (page) => {
	const other = await page.context().newPage();

	await page.goto(`${post}/edit`);
	await other.goto(`${post}/edit`);
	await other.fill("#body", `${hardText}\n\nChanged ${Math.random()}.`);
	await send(other, "Save");
	await other.close();
	await page.fill("#title", "Another title");
	await send(page, "Save");
};

const outdated = async (page) => {
	await page.goto("/posts/new");
	await page.fill("#title", "A title");
	await page.fill("#body", "A text.");
	await page.locator("main [name=csrf]").evaluate((field) => { field.value = "x"; });
	await send(page, "Publish");
};

/* Behind the proof of who asks, which is good for a while. */
const proved = (address, open = (page) => page.goto(address)) => async (page) => {
	await prove(page, address);
	await open(page);
};

/* The session ended while a post was written: it is offered again. */
const resumed = async (page) => {
	await page.goto("/posts/new");
	await page.fill("#title", "A title");
	await page.fill("#body", hardText);
	await page.context().clearCookies();
	await send(page, "Publish");
	await page.fill("#login", "member");
	await page.fill("#password", password);
	await send(page, "Log in");
};

/* To another address each time: one is sent a code once a minute. After a few a picture is to be read. */
const sendCodes = async (page) => {
	await page.goto("/settings/email");
	await page.fill("#value", `fresh${Date.now()}@example.org`);
	if (await page.locator("#captcha").count())
		await page.fill("#captcha", await answer(page));
	await send(page, "Send the code");
};

const openMenu = async (page) => {
	await page.goto("/");
	await page.locator("summary").click();
};

const at = (address) => (page) => page.goto(address);

/* The first of a list of the staff's. */
const first = (address, rest = "") => async (page) => {
	await page.goto(address);
	await page.goto(await page.locator(".things h2 a").first().getAttribute("href") + rest);
};

let known;

/* { guest, member, moderator }: lists of [name, a function that opens it in a page]. */
const make = async () => {
	const member = await visit({ as: "member" });
	const moderator = await visit({ as: "moderator" });
	const { post, comment } = await makeHard(member, moderator);
	const { page } = member;

	await page.goto("/");
	const busy = await page.locator(".rows > li").evaluateAll((rows) => rows
		.map((row) => ({ href: row.querySelector("h2 a").getAttribute("href"), n: Number(row.querySelector(".talkto").lastChild.data) }))
		.sort((a, b) => b.n - a.n)[0].href);
	const next = await page.locator("[rel=next]").getAttribute("href");
	const person = `/admin${await page.locator(".menu a").first().getAttribute("href")}`;
	const self = await page.locator(".menu a").first().getAttribute("href");
	const end = next.replace(/after=.*/, "after=0");
	const draft = sent("/posts/new", { "#title": "A draft", "#body": hardText }, "Preview");

	const { open, soon, over } = await sales(page);
	const order = await buy(member, open);

	await member.context.close();
	await moderator.context.close();
	return {
		guest: [
			["front page", at("/")],
			["new", at("/?sort=new")],
			["featured", at("/?sort=featured")],
			["next page", at(next)],
			["beyond the last page", at(end)],
			["article", at(post)],
			["busy article", at(busy)],
			["newest comments", at(`${busy}?comments=new`)],
			["conversation", at(comment)],
			["likers", at(`${busy}/likers`)],
			["likers, none", at(`${post}/likers`)],
			["versions", at(`${post}/history`)],
			["version", at(`${post}/history/1`)],
			["somebody", at(self)],
			["somebody's comments", at(`${self}/comments`)],
			["somebody's likes", at(`${self}/likes`)],
			["levels", at("/levels")],
			["about", at("/about")],
			["sales", at("/sales")],
			["sale, open", at(open)],
			["sale, to come", at(soon)],
			["sale, over", at(over)],
			["login", at("/login")],
			["login, refused", sent("/login", { "#login": "nobody", "#password": "nothing" }, "Log in")],
			["login by phone", at("/login/phone")],
			["login by phone, refused", sent("/login/phone", { "#phone": "12345" }, "Send the code")],
			["register", at("/register")],
			["register, refused", sent("/register", { "#username": "x", "#email": "y", "#password": "z" }, "Register")],
			["registered", at("/register/done")],
			["activation, once more", at("/activate/again")],
			["activation, once more, refused", sent("/activate/again", { "#email": "y" }, "Send")],
			["activation, outdated", at("/activate/nothing-of-the-kind-that-was-ever-sent-by-us")],
			["password forgotten", at("/password/forgot")],
			["password forgotten, refused", sent("/password/forgot", { "#login": "" }, "Send the link")],
			["password forgotten, asked", at("/password/forgot/done")],
			["mails", at("/dev/outbox")],
			["not found", at("/nothing/here")],
		],
		member: [
			["menu", openMenu],
			["article", at(post)],
			["busy article", at(busy)],
			["conversation", at(comment)],
			["new post", at("/posts/new")],
			["new post, refused", sent("/posts/new", { "#title": "", "#body": "" }, "Publish")],
			["new post, preview", draft],
			["edit", at(`${post}/edit`)],
			["edit, conflict", conflict(post)],
			["delete", at(`${post}/delete`)],
			["comment, refused", sent(post, { "#reply": "" }, "Send")],
			["reply, preview", sent(comment, { "#reply": "**bold**" }, "Preview")],
			["edit comment", at(`${comment}/edit`)],
			["delete comment", at(`${comment}/delete`)],
			["settings", at("/settings")],
			["settings, refused", sent("/settings", { "#password": "", "#new-password": "short" }, "Change the password")],
			["devices", at("/settings/sessions")],
			["profile settings", at("/settings/profile")],
			["profile settings, no picture", sent("/settings/profile", {}, "Upload")],
			["profile settings, refused", sent("/settings/profile", { "#username": "x", "#bio": word.repeat(10) }, "Save the profile")],
			["check in", at("/check-in")],
			["levels, mine", at("/levels")],
			["my page", at(self)],
			["copy", at("/settings/export")],
			["confirm", at("/settings/confirm?next=/settings")],
			["confirm, refused", sent("/settings/confirm?next=/settings", { "#password": "nothing" }, "Confirm")],
			["leaving", proved("/settings/delete")],
			["leaving, no choice", sent("/settings/delete", {}, "Delete my account")],
			["e-mail", at("/settings/email")],
			["e-mail, refused", sent("/settings/email", { "#value": "x" }, "Send the code")],
			["e-mail, codes", sendCodes],
			["e-mail, wrong codes", sent("/settings/contact", { "#new-code": "1" }, "Confirm")],
			["phone", at("/settings/phone")],
			["phone, refused", sent("/settings/phone", { "#value": "x" }, "Send the code")],
			["sale, bought", at(open)],
			["sale, not asked", at(`${soon}/result`)],
			["orders", at("/orders")],
			["order", at(order)],
			["address book", at("/addresses")],
			["new address, refused", sent("/addresses/new", { "#name": "Ann", "#phone": "x" }, "Save")],
			["two-step login", at("/settings/two-step")],
			["text kept through a login", resumed],
			["form out of date", outdated],
			["not allowed", at(`${busy}/edit`)],
		],
		moderator: [
			["people", at("/admin/users")],
			["people, nobody", at("/admin/users?q=nobody-of-this-name")],
			["somebody's account, to be confirmed", at(person)],
			["somebody's account", proved(person)],
			["somebody's account, refused", sent(person, { "#reason": "" }, "Close the account")],
			["moderation log", at("/moderation/log")],
			["moderation log, of nobody", at("/moderation/log?by=1")],
			["article", at(post)],
			["delete, with a reason", at(`${post}/delete`)],
			["delete, refused", sent(`${post}/delete`, { "#reason": "" }, "Delete")],
		],
		admin: [
			["sale, to buy", at(open)],
			["sale, refused", sent(open, { "#captcha": "?" }, "Buy now for ¥88.00")],
			["overview", at("/admin")],
			["goods", at("/admin/goods")],
			["sale, to be confirmed", at(`/admin${open}`)],
			["goods, edit", proved("/admin/goods", first("/admin/goods"))],
			["new goods, refused", sent("/admin/goods/new", { "#name": "", "#price": "free" }, "Save")],
			["sales", at("/admin/sales")],
			["new sale, refused", sent("/admin/sales/new", { "#price": "x", "#units": "many" }, "Save the draft")],
			["sale", at(`/admin${open}`)],
			["sale, close", at(`/admin${open}/close`)],
			["sale, live", first("/admin/sales", "/live?was=1&change=1")],
		],
	};
};

export const places = () => (known ||= make());

/** Calls run(page, "who, what") with each page opened, in the same order always. */
export const everywhere = async (options, run) => {
	const visitors = [];

	for (const [who, list] of Object.entries(await places())) {
		const visitor = await visit({ as: who === "guest" ? undefined : who, ...options });

		for (const [name, open] of list) {
			await open(visitor.page);
			await run(visitor.page, `${who}, ${name}`);
		}
		visitors.push(visitor);
	}
	return visitors;
};
