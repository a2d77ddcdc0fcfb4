/* Comments, replies to replies, likes and votes; in place with script, by going on to the page without. */
import { check, equal, matches, none } from "./tap.js";
import { faultsOf, follow, leave, publish, send, visit, withoutBrowserChecks } from "./visitor.js";

const comment = async (page, text) => {
	await page.fill("#reply", text);
	return send(page, "Send");
};

/* One comment, without what hangs below it. */
const own = (page, text) => page.locator(".cs li", { has: page.locator(":scope > div", { hasText: text }) }).last();
const action = (page, text, name) => own(page, text).locator(":scope > :is(a, button)").getByText(name);

const conversation = async (writer, reader, how, address) => {
	const { page } = reader;

	await page.goto(address);
	check((await page.locator("#comments .empty").textContent()).includes("No comments"), `${how}: an article without comments says so`);
	await comment(page, "First words");
	equal(await page.locator("#comments-title").textContent(), "1 comment", `${how}: a comment counts`);
	await writer.page.goto(address);
	await follow(writer.page, action(writer.page, "First words", "Reply"));
	matches(await writer.page.locator("label[for=reply]").textContent(), /member/, `${how}: the form names whom one answers`);
	await comment(writer.page, "An answer");
	check(await own(writer.page, "An answer").isVisible(), `${how}: the answer is shown in its conversation`);
	await page.goto(address);
	await follow(page, action(page, "An answer", "Reply"));
	await page.fill("#reply", "An answer to the *answer*");
	equal(await send(page, "Preview"), 200, `${how}: a comment has a preview`);
	equal(await page.getByRole("region", { name: "Preview" }).locator("em").textContent(), "answer", `${how}: which is rendered`);
	equal(await page.inputValue("#reply"), "An answer to the *answer*", `${how}: and keeps the text`);
	await send(page, "Send");
	await page.goto(address);
	const deepest = own(page, "An answer to the answer");

	check((await deepest.textContent()).includes("@moderator"), `${how}: a reply to a reply names who is answered`);
	equal(await deepest.locator("xpath=ancestor::li").count(), 2, `${how}: and stands below it`);
	equal(await page.locator("#comments-title").textContent(), "3 comments", `${how}: three comments`);
	await follow(page, page.locator(".sorts").getByRole("link", { name: "Oldest" }));
	equal(await page.locator(".sorts [aria-current]").textContent(), "Oldest", `${how}: the order can be chosen`);
};

/* With script the page stays: a mark on it is still there afterwards. Without, it is loaded anew. */
const press = async (page, js, target) => {
	if (!js) {
		await follow(page, target);
		return;
	}
	await page.evaluate(() => { window.isSamePage = true; });
	await Promise.all([page.waitForResponse((r) => r.request().method() === "GET"), target.click()]);
	await page.waitForFunction(() => !document.querySelector("[data-sending]"));
};
const isSamePage = (page, js) => (js ? page.evaluate(() => window.isSamePage === true) : true);

const liking = async ({ page }, how, js, address) => {
	const like = page.locator("#react .likes[aria-pressed]");

	await page.goto(address);
	await press(page, js, like);
	equal([await like.getAttribute("aria-pressed"), await like.locator("b").textContent()], ["true", "1"], `${how}: a like counts`);
	check(await isSamePage(page, js), `${how}: in place`);
	equal(await page.locator(".faces img").count(), 1, `${how}: and shows a face`);
	if (js)
		check(await like.evaluate((b) => b === document.activeElement), `${how}: the focus stays on the button`);
	await press(page, js, like);
	equal([await like.getAttribute("aria-pressed"), await like.locator("b").textContent()], ["false", "0"], `${how}: and is taken back`);

	const first = own(page, "First words").locator(":scope > button");

	equal(await first.textContent(), "Like 0", `${how}: a comment can be liked`);
	await press(page, js, first);
	equal(await first.textContent(), "Liked 1", `${how}: a comment's like counts`);
	check(await isSamePage(page, js), `${how}: in place as well`);
	equal(await own(page, "An answer to the answer").locator(":scope > button").textContent(), "Like 0", `${how}: for that comment alone`);
	if (js)
		check(await first.evaluate((b) => b === document.activeElement), `${how}: the focus stays on the comment's button`);
	await press(page, js, first);
	equal(await first.textContent(), "Like 0", `${how}: a comment's like is taken back`);
	await page.reload();
	equal(await first.textContent(), "Like 0", `${how}: and the next page knows it`);
};

const voting = async (writer, { page }, how, js, address) => {
	const vote = page.locator("#react button.votes");

	await writer.page.goto(address);
	check(await writer.page.locator("#react button.votes").isDisabled(), `${how}: nobody votes for the own post`);
	matches(await writer.page.locator("#vote-note").textContent(), /own post/i, `${how}: and the page says why`);
	await page.goto(address);
	await press(page, js, vote);
	equal(await vote.locator("b").textContent(), "1", `${how}: a vote counts`);
	check(await isSamePage(page, js), `${how}: a vote in place`);
	check(await vote.isDisabled(), `${how}: once`);
	matches(await page.locator("#vote-note").textContent(), /voted/i, `${how}: and the page says so`);
	await page.goto("/?sort=new");
	const row = page.locator(".rows > li", { has: page.locator(`h2 a[href="${address}"]`) });

	equal(await row.locator(".score b").textContent(), "1", `${how}: the list shows it`);
};

const changing = async ({ page }, how, address) => {
	await page.goto(address);
	await follow(page, action(page, "An answer to the answer", "Edit"));
	equal(await page.locator("textarea").inputValue(), "An answer to the *answer*", `${how}: a comment can be edited`);
	await page.fill("textarea", "Other words");
	await send(page, "Save");
	check((await own(page, "Other words").textContent()).includes("changed later"), `${how}: which it says`);
	await page.goto(address);
	equal(await action(page, "An answer", "Edit").count(), 0, `${how}: but not somebody else's`);
	await follow(page, action(page, "First words", "Delete"));
	await send(page, "Delete");
	equal(await page.locator(".gone").count(), 1, `${how}: a deleted comment with replies leaves a stub`);
	check(await own(page, "An answer").isVisible(), `${how}: and its replies`);
	await follow(page, action(page, "Other words", "Delete"));
	await send(page, "Delete");
	equal(await page.getByText("Other words").count(), 0, `${how}: one without replies is gone`);
};

const wholeTalk = async (js) => {
	const how = js ? "with script" : "without script";
	const writer = await visit({ js, as: "moderator" });
	const reader = await visit({ js, as: "member" });
	const address = await publish(writer, `Let us talk ${how}`, "About this and that.");

	await conversation(writer, reader, how, address);
	await liking(reader, how, js, address);
	await voting(writer, reader, how, js, address);
	await changing(reader, how, address);
	await leave(writer, `talking, ${how}, writer`);
	await leave(reader, `talking, ${how}, reader`);
};

const refused = async () => {
	const visitor = await visit({ as: "member" });
	const { page } = visitor;
	const address = await publish(visitor, "Wrong words", "What may not be said.");
	const faults = [["no text", "", ""], ["a text that is too long", "y".repeat(2001), "y".repeat(2001)]];

	for (const [what, text, kept] of faults) {
		await page.goto(address);
		await withoutBrowserChecks(page);
		await page.locator("#reply").evaluate((field, value) => {
			field.removeAttribute("maxlength");
			field.value = value;
		}, text);
		equal(await send(page, "Send"), 422, `comment, ${what}: 422`);
		none(await faultsOf(page, "#reply", kept), `comment, ${what}: said at the field`);
	}
	await page.goto(address);
	equal(await page.locator(".cs li").count(), 0, "comment: nothing was stored");
	await leave(visitor, "comment, refused");
};

/* The script's way failing must not lose the click: the form is sent the plain way then. */
const broken = async () => {
	const visitor = await visit({ as: "member" });
	const { page } = visitor;
	const address = await publish(visitor, "A cut line", "Likes in bad weather.");
	const like = page.locator("#react .likes[aria-pressed]");

	await page.route("**/like", (route) =>
		(route.request().resourceType() === "fetch" ? route.fulfill({ status: 200, body: "not our page" }) : route.continue()));
	await follow(page, like);
	equal(await like.getAttribute("aria-pressed"), "true", "like: when the script's way fails, the plain one is gone");
	matches(page.url(), new RegExp(`${address}#react$`), "like: back to the place");
	await leave(visitor, "like, the script's way fails");
};

export default async () => {
	await wholeTalk(true);
	await wholeTalk(false);
	await refused();
	await broken();
};
