/* An administrator on a phone, without a mouse: goods, a sale of them, published, watched, changed, closed. */
import { check, equal, matches, none } from "./tap.js";
import { enter, tabTo } from "./keyboard.js";
import { refusals } from "./pictures.js";
import { follow, button, leave, password, visit } from "./visitor.js";

const typeIn = async (page, selector, text) => {
	await tabTo(page, selector);
	await page.keyboard.type(text);
};

/* A field for date and time takes its parts one by one; the year waits for more digits. */
const typeTime = async (page, selector, time) => {
	const part = (options) => new Intl.DateTimeFormat("en-US", { timeZone: "Asia/Shanghai", ...options }).format(time);

	await tabTo(page, selector);
	await page.keyboard.type(part({ month: "2-digit" }) + part({ day: "2-digit" }) + part({ year: "numeric" }));
	await page.keyboard.press("Tab");
	await page.keyboard.type("1200PM");
};

const press = async (page, selector) => {
	await tabTo(page, selector);
	await enter(page);
};

const figure = (page, section, name) =>
	page.locator(`section[aria-labelledby=${section}-title] div`, { hasText: name }).locator("dd").textContent();

/* Rows of a table whose words and numbers are not at the same height. */
const crooked = (page) => page.locator("section[aria-labelledby=queues-title] tbody tr").evaluateAll((rows) => {
	const middle = (cell) => {
		const words = document.createRange();

		words.selectNodeContents(cell);
		const { top, bottom } = words.getBoundingClientRect();

		return (top + bottom) / 2;
	};

	return rows.filter(({ cells: [name, number] }) => Math.abs(middle(name) - middle(number)) > 2).map((row) => row.textContent);
});

const writeGoods = async (page) => {
	await page.goto("/");
	await tabTo(page, "summary");
	await page.keyboard.press("Enter");
	await press(page, ".menu a[href='/admin']");
	equal(await page.locator("h1").textContent(), "Administration", "admin: the menu leads to the overview");
	none(await crooked(page), "admin: in a row of the queues, name and number stand side by side");
	await press(page, ".staff a[href='/admin/goods']");
	await press(page, "main a[href='/admin/goods/new']");
	equal(await page.locator("h1").textContent(), "Confirm that it is you", "admin: what visitors will see asks first who it is");
	await typeIn(page, "#password", password);
	await enter(page);
	matches(page.url(), /\/admin\/goods\/new$/, "admin: and then leads there");
	await typeIn(page, "#name", "A kite");
	await typeIn(page, "#price", "39.90");
	await typeIn(page, "#body", "It **flies**.");
	await press(page, ".buttons .button.ghost");
	equal(await page.locator(".preview strong").textContent(), "flies", "admin: a preview of goods");
	await press(page, ".buttons .button:not(.ghost)");
	matches(page.url(), /\/admin\/goods\/\d+\/edit$/, "admin: goods are written down");
	check(await page.locator("#file").isVisible(), "admin: and a picture can be sent");
	return page.url().match(/\d+(?=\/edit)/)[0];
};

const sendPicture = async (page) => {
	const png = "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAKklEQVR42mMQT/CnKWIYtWDUglELRi0YtWDUglELRi0YtWDUglELhooFAMVvGC6aTbcMAAAAAElFTkSuQmCC";

	await page.locator("#file").setInputFiles({ name: "kite.png", mimeType: "image/png", buffer: Buffer.from(png, "base64") });
	await press(page, "#picture .button");
	return page.locator("main").textContent();
};

/* What is no picture is said where it was sent; a description that was changed and not saved is not lost without a word. */
const wrongPictures = async (visitor, goods) => {
	const { page } = visitor;
	const at = `/admin/goods/${goods}/edit`;
	const asked = [];
	const ask = async (dialog) => {
		asked.push(dialog.type());
		await dialog.accept();
	};

	await refusals(visitor, "admin, goods", {
		at, field: "#file", button: "Send the picture", back: "Back to the goods", leadsTo: /\/admin\/goods$/,
	});
	await page.setInputFiles("#file", { name: "kite.png", mimeType: "image/png", buffer: Buffer.from("no picture") });
	page.on("dialog", ask);
	await page.fill("#body", "It flies higher.");
	await follow(page, button(page, "Send the picture"));
	equal(asked, ["beforeunload"], "admin, goods: sending a picture beside a changed description asks first");
	equal(await page.locator("#name").inputValue(), "A kite", "admin, goods: beside a picture that is refused stands what was saved");
	await page.fill("#body", "It **flies** high.");
	await follow(page, button(page, "Save"));
	equal(asked.length, 1, "admin, goods: saving the description does not ask");
	page.off("dialog", ask);
	await page.goto(at);
};

const draft = async (page, goods) => {
	const day = 86400000;

	await page.goto("/admin/goods");
	await press(page, `a[href='/admin/sales/new?goods=${goods}']`);
	equal(await page.locator("#price").inputValue(), "39.90", "admin: a new sale begins with the list price");
	await tabTo(page, "#price");
	await page.keyboard.press("Control+a");
	await page.keyboard.type("9.9");
	await typeIn(page, "#units", "20");
	await typeTime(page, "#starts", Date.now() - 2 * day);
	await typeTime(page, "#ends", Date.now() + 2 * day);
	await press(page, ".buttons .button:not(.ghost)");
	matches(await page.locator("h1").textContent(), /A kite\s*draft/, "admin: a draft");
};

const throwAway = async (page, goods) => {
	await draft(page, goods);
	await press(page, ".buttons a[href$='/delete']");
	matches(await page.locator("h1").textContent(), /Delete this draft\?/, "admin: a draft is deleted after a question");
	await press(page, ".buttons .button:not(.ghost)");
	matches(page.url(), /\/admin\/sales$/, "admin: and then it is gone");
	equal(await page.getByText("A kite").count(), 0, "admin: from the list, too");
};

/* Somebody else saved the draft meanwhile: what they wrote can be read beside its names. */
const conflict = async (page) => {
	const at = page.url();
	const other = await page.context().newPage();

	await page.goto(`${at}/edit`);
	await other.goto(`${at}/edit`);
	await other.fill("#price", "8.8");
	await other.fill("#minutes", "7");
	await follow(other, button(other, "Save the draft"));
	await other.close();
	await follow(page, button(page, "Save the draft"));
	const pairs = await page.locator(".warning dt").evaluateAll((names) => names.map((name) => {
		const [one, two] = [name, name.nextElementSibling].map((part) => part.getBoundingClientRect());

		return { name: name.textContent, left: one.left, isBeside: two.left >= one.right && two.top < one.bottom && one.top < two.bottom && two.width > 96 };
	}));

	equal(pairs.length, 2, "admin, conflict: what says something else now is shown");
	none(pairs.filter(({ left, isBeside }) => !isBeside || left !== pairs[0].left).map(({ name }) => name), "admin, conflict: each beside its name, one below the other");
	await follow(page, button(page, "Save the draft"));
	equal(page.url(), at, "admin, conflict: saving again is a choice made knowingly");
};

const setUp = async (page, goods) => {
	await draft(page, goods);
	await conflict(page);
	await press(page, ".buttons .button:not(.ghost)");
	matches(await page.locator(".points").textContent(), /Units on offer: 20, for ¥9.90 each; the list price is ¥39.90/, "admin: publishing says what it does");
	await press(page, ".buttons .button:not(.ghost)");
	matches(page.url(), /\/live$/, "admin: published, and on to the live page");
};

/* `orders` loads it into Redis within moments: the page shows that without being asked. */
const watch = async (page) => {
	await page.evaluate(() => { window.sameDocument = true; });
	await page.waitForFunction(() => [...document.querySelectorAll("#live dt")]
		.some((dt) => dt.textContent === "left in Redis" && dt.nextElementSibling.textContent === "20"));
	check(await page.evaluate(() => window.sameDocument), "admin: the live page renews its part, not the page");
	equal(await figure(page, "units", "on offer"), "20", "admin: units on offer");
	equal(await page.locator("svg[role=img] title").textContent(), "Requests per second in the last two minutes", "admin: the chart has a name");
	await tabTo(page, "summary:not(.menu summary)");
	await page.keyboard.press("Enter");
	const before = await page.locator("#live > .note").last().textContent();

	await page.waitForFunction((text) => [...document.querySelectorAll("#live > .note")].at(-1).textContent !== text, before);
	check(await page.locator("#chart-numbers[open]").isVisible(), "admin: what was open stays open");
	check(await page.evaluate(() => document.activeElement.matches("#chart-numbers > summary")), "admin: and the focus stays");
	await press(page, "#live > .note a");
	equal(await page.locator("#live").getAttribute("data-again"), "0", "admin: renewing can be stopped");
};

const change = async (page) => {
	await press(page, ".crumb a");
	await typeIn(page, "#count", "5");
	await enter(page);
	await page.locator(".flash", { hasText: "Done. Units before: 20, now: 25." }).waitFor();
	check(true, "admin: units are added while it runs, and the page says so");
};

const close = async (page) => {
	await press(page, ".crumb a");
	await press(page, "a[href$='/close']");
	await press(page, ".buttons .danger");
	matches(await page.locator("h1").textContent(), /A kite\s*closed early/, "admin: closed early, after a question");
};

const withoutScript = async (live) => {
	const visitor = await visit({ as: "admin", js: false, width: 360, height: 740 });

	await visitor.page.goto(live);
	await visitor.page.waitForNavigation();
	equal(visitor.page.url(), live, "admin, no script: the live page comes again by itself");
	await leave(visitor, "admin, no script");
};

export default async () => {
	const visitor = await visit({ as: "admin", width: 360, height: 740 });
	const { page } = visitor;
	const goods = await writeGoods(page);

	await wrongPictures(visitor, goods);
	matches(await sendPicture(page), /The picture has arrived/, "admin: a picture is sent");
	await throwAway(page, goods);
	await setUp(page, goods);
	await watch(page);
	await change(page);
	await withoutScript(page.url());
	await close(page);
	await leave(visitor, "admin");
};
