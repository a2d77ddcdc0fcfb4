/* Chinese and English: asked for by the browser, chosen by the reader, and remembered. */
import { check, equal } from "./tap.js";
import { follow, leave, logIn, password, visit } from "./visitor.js";

const heading = (page) => page.locator("h1").textContent();
const tag = (page) => page.locator("html").getAttribute("lang");

const chosen = async (js) => {
	const how = js ? "with script" : "without script";
	const visitor = await visit({ js, lang: "en-GB" });
	const { page } = visitor;

	await page.goto("/?sort=new");
	equal([await tag(page), await heading(page)], ["en", "New"], `${how}: an English browser is shown English`);
	await follow(page, page.getByRole("button", { name: "中文" }));
	equal([await tag(page), await heading(page)], ["zh-CN", "最新"], `${how}: one button makes it Chinese, on the same page`);
	await page.goto("/login");
	equal([await tag(page), await heading(page)], ["zh-CN", "登录"], `${how}: and so are the pages after it`);
	await page.fill("#login", "member");
	await page.fill("#password", password);
	await follow(page, "main button.button");
	equal(await tag(page), "zh-CN", `${how}: also after the login`);
	await follow(page, page.getByRole("button", { name: "English" }));
	equal(await tag(page), "en", `${how}: a member may change back`);
	await visitor.context.clearCookies({ name: "plaza_session" });
	await page.goto("/about");
	equal(await tag(page), "en", `${how}: the choice outlives the session`);
	await leave(visitor, `language, ${how}`);
};

const unasked = async () => {
	for (const [lang, expected] of [["zh-TW", "zh-CN"], ["de-DE", "zh-CN"], ["en-US", "en"]]) {
		const visitor = await visit({ lang });

		await visitor.page.goto("/");
		equal(await tag(visitor.page), expected, `a browser that asks for ${lang} is shown ${expected}`);
		await leave(visitor, `language, ${lang}`);
	}
};

/* The pages that guests share must not hand one reader's language to the next. */
const shared = async () => {
	const [one, two] = [await visit({ lang: "en-US" }), await visit({ lang: "zh-CN" })];

	for (let turn = 0; turn < 3; turn++) {
		await Promise.all([one.page.goto("/"), two.page.goto("/")]);
		check(await tag(one.page) === "en" && await tag(two.page) === "zh-CN", `two readers at once, each in their language, ${turn + 1}`);
	}
	await logIn(one, "member", password);
	await two.page.goto("/");
	check(await two.page.locator("summary").count() === 0, "a guest is not shown a member's page");
	await leave(one, "language, shared, English");
	await leave(two, "language, shared, Chinese");
};

export default async () => {
	await chosen(true);
	await chosen(false);
	await unasked();
	await shared();
};
