/* A post from the first word to its end: preview, draft, publishing, two editors at once, versions, deleting. */
import { check, equal, matches, none } from "./tap.js";
import { button, faultsOf, follow, leave, send, visit, withoutBrowserChecks } from "./visitor.js";

const body = "Some **bold** words, and a [link](https://example.org/).\n\n- one\n- two";

const draft = async (visitor, how, title) => {
	const { page } = visitor;

	await follow(page, page.getByRole("link", { name: "Write", exact: true }));
	await page.fill("#title", title);
	await page.fill("#body", body);
	equal(await send(page, "Preview"), 200, `${how}: the preview is shown`);
	const preview = page.getByRole("region", { name: "Preview" });

	equal(await preview.locator("strong").textContent(), "bold", `${how}: it is rendered`);
	equal(await preview.getByRole("heading").first().textContent(), title, `${how}: with its title`);
	equal([await page.inputValue("#title"), await page.inputValue("#body")], [title, body], `${how}: the text is still in the form`);
	await page.goto("/");
	check(!(await page.locator("main").textContent()).includes(title), `${how}: a preview is not published`);
	await page.goto("/posts/new");
	equal(await page.inputValue("#title"), title, `${how}: what was previewed is kept as a draft`);
	await page.fill("#title", `${title}!`);
	await send(page, "Keep as draft");
	check(await page.getByRole("status").isVisible(), `${how}: keeping a draft is confirmed`);
	equal([await page.inputValue("#title"), await page.inputValue("#body")], [`${title}!`, body], `${how}: the draft is offered again`);
};

const publishDraft = async (visitor, how, title) => {
	const { page } = visitor;

	await page.fill("#title", title);
	await send(page, "Publish");
	matches(page.url(), /\/posts\/\d+$/, `${how}: publishing leads to the article`);
	equal(await page.locator("h1").textContent(), title, `${how}: which has its title`);
	equal(await page.locator(".md strong").textContent(), "bold", `${how}: and its text`);
	const address = new URL(page.url()).pathname;

	await page.goto("/?sort=new");
	equal(await page.locator(`.rows h2 a[href="${address}"]`).count(), 1, `${how}: it is in the list of new posts`);
	await page.goto("/posts/new");
	equal(await page.inputValue("#title"), "", `${how}: the draft is used up`);
	return address;
};

const conflict = async (visitor, how, address) => {
	const { page } = visitor;
	const other = await visitor.context.newPage();

	await page.goto(`${address}/edit`);
	await other.goto(`${address}/edit`);
	await other.fill("#body", "Their words.");
	equal(await send(other, "Save"), 200, `${how}: the first of two windows saves`);
	await page.fill("#body", "My words.");
	equal(await send(page, "Save"), 409, `${how}: the second one is told`);
	check((await page.getByRole("alert").textContent()).includes("Their words."), `${how}: and shown what it says now`);
	equal(await page.locator(".diff del").textContent(), "Their words.", `${how}: as what saving takes away`);
	equal(await page.locator(".diff ins").textContent(), "My words.", `${how}: for what it puts in`);
	equal(await page.inputValue("#body"), "My words.", `${how}: with the own text kept`);
	await other.reload();
	equal(await other.locator(".md").first().textContent(), "Their words.\n", `${how}: nothing is overwritten by that`);
	equal(await send(page, "Save"), 200, `${how}: knowing of it, one may save`);
	equal(await page.locator(".md").first().textContent(), "My words.\n", `${how}: and it is saved`);
	await other.close();
};

const versions = async (visitor, how, title) => {
	const { page } = visitor;

	await follow(page, page.locator(".article header").getByRole("link", { name: /edited/ }));
	equal(await page.locator(".lines li").count(), 3, `${how}: three versions are listed`);
	await follow(page, page.getByRole("link", { name: "Version 1" }));
	check((await page.locator("pre").textContent()).includes("Some **bold** words"), `${how}: the first one can be read`);
	equal(await page.locator("h1").textContent(), title, `${how}: under its title`);
};

const erase = async (visitor, how, address) => {
	const { page } = visitor;

	await page.goto(address);
	await follow(page, page.locator(".tools").getByRole("link", { name: "Delete" }));
	await follow(page, page.getByRole("link", { name: "Cancel" }));
	matches(page.url(), new RegExp(`${address}$`), `${how}: deleting can be called off`);
	await follow(page, page.locator(".tools").getByRole("link", { name: "Delete" }));
	await send(page, "Delete");
	check(await page.getByRole("status").isVisible(), `${how}: deleting is confirmed`);
	equal(await page.locator(`a[href="${address}"]`).count(), 0, `${how}: and the post is gone from the list`);
	equal((await page.goto(address)).status(), 404, `${how}: and its address is empty`);
};

const wholeLife = async (js) => {
	const how = js ? "with script" : "without script";
	const title = `A post ${how}`;
	const visitor = await visit({ js, as: "member" });

	await draft(visitor, how, title);
	const address = await publishDraft(visitor, how, title);

	await conflict(visitor, how, address);
	await versions(visitor, how, title);
	await erase(visitor, how, address);
	await leave(visitor, `writing, ${how}`);
};

/* One field wrong, the other right. */
const faults = [
	["no title", "#title", { "#title": "" }],
	["a title of spaces", "#title", { "#title": "   " }],
	["a title that is too long", "#title", { "#title": "long ".repeat(30).trim() }],
	["no text", "#body", { "#body": "" }],
	["a text that is too long", "#body", { "#body": "x".repeat(20001) }],
];

/* The form's limits would cut the text short before it is sent. */
const type = (page, selector, text) => page.locator(selector).evaluate((field, value) => {
	field.removeAttribute("maxlength");
	field.value = value;
}, text);

const refused = async () => {
	const visitor = await visit({ as: "member" });
	const { page } = visitor;

	for (const [what, field, wrong] of faults) {
		const typed = { "#title": "A fine title", "#body": "A fine text.", ...wrong };

		await page.goto("/posts/new");
		await withoutBrowserChecks(page);
		for (const [selector, text] of Object.entries(typed))
			await type(page, selector, text);
		equal(await send(page, "Publish"), 422, `writing, ${what}: 422`);
		none(await faultsOf(page, field, what.includes("spaces") ? await page.inputValue(field) : typed[field]),
			`writing, ${what}: said at the field`);
		for (const other of Object.keys(typed).filter((one) => one !== field))
			equal(await page.inputValue(other), typed[other], `writing, ${what}: ${other} is kept`);
		check(await page.getByRole("alert").isVisible(), `writing, ${what}: announced on top`);
	}
	await page.goto("/?sort=new");
	equal(await page.getByRole("link", { name: "A fine title" }).count(), 0, "writing: nothing was stored");
	await leave(visitor, "writing, refused");
};

/* Leaving a half-written text asks first; sending it does not. */
const unsaved = async () => {
	const visitor = await visit({ as: "member" });
	const { page } = visitor;
	const asked = [];

	page.on("dialog", async (dialog) => {
		asked.push(dialog.type());
		await dialog.accept();
	});
	await page.goto("/posts/new");
	await page.locator("#body").pressSequentially("half a text");
	await page.goto("/");
	equal(asked, ["beforeunload"], "writing: leaving a half-written text asks first");
	await page.goto("/posts/new");
	await page.locator("#title").pressSequentially("Half a title");
	await page.locator("#body").pressSequentially("half a text");
	await send(page, "Preview");
	equal(asked.length, 1, "writing: sending it does not ask");
	await button(page, "Keep as draft").waitFor();
	await leave(visitor, "writing, unsaved");
};

export default async () => {
	await wholeLife(true);
	await wholeLife(false);
	await refused();
	await unsaved();
};
