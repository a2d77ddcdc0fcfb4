/* The session ends while somebody writes: the text is kept, and sent after the login. */
import { check, equal, matches } from "./tap.js";
import { follow, leave, logIn, password, publish, send, visit } from "./visitor.js";

const logInHere = async (page) => {
	await page.fill("#login", "member");
	await page.fill("#password", password);
	return send(page, "Log in");
};

const lostPost = async (js) => {
	const how = js ? "with script" : "without script";
	const title = `Kept ${how}`;
	const text = "A text <b>of</b> some length & \"worth\" keeping.\n\nWith two paragraphs.";
	const visitor = await visit({ js, as: "member" });
	const { page } = visitor;

	await page.goto("/posts/new");
	await page.fill("#title", title);
	await page.fill("#body", text);
	await visitor.context.clearCookies();
	await send(page, "Publish");
	matches(page.url(), /\/login\?/, `${how}: without a session, publishing leads to the login`);
	check(await page.locator("main").getByRole("status").isVisible(), `${how}: which says that the text is kept`);
	await logInHere(page);
	matches(page.url(), /\/resume\//, `${how}: the login leads to the text`);
	equal([await page.locator("main [name=title]").inputValue(), await page.locator("main [name=body]").inputValue()], [title, text],
		`${how}: title and text are as typed`);
	equal(await page.getByLabel("Title").count(), 1, `${how}: and named as in the form they come from`);
	await send(page, "Send it now");
	matches(page.url(), /\/posts\/\d+$/, `${how}: one button publishes it`);
	equal(await page.locator("h1").textContent(), title, `${how}: with its title`);
	equal(await page.locator(".article .md p").count(), 2, `${how}: and the whole text`);
	await leave(visitor, `resume, ${how}`);
};

const lostComment = async () => {
	const visitor = await visit({ as: "member" });
	const { page } = visitor;
	const address = await publish(visitor, "Where a comment is lost", "And found.");

	await visitor.context.clearCookies();
	await page.fill("#reply", "Found again");
	await send(page, "Send");
	await logInHere(page);
	equal(await page.locator("main [name=body]").inputValue(), "Found again", "comment: kept through the login");
	await send(page, "Send it now");
	await page.goto(address);
	check((await page.locator(".cs").textContent()).includes("Found again"), "comment: and sent after it");
	await leave(visitor, "resume, comment");
};

/* Logged out in another window, and in again as somebody else: nothing is sent in that one's name unseen. */
const otherAccount = async () => {
	const visitor = await visit({ as: "member" });
	const { page } = visitor;
	const other = await visitor.context.newPage();

	await page.goto("/posts/new");
	await page.fill("#title", "Whose is this?");
	await page.fill("#body", "Mine.");
	await other.goto("/");
	await other.locator("summary").click();
	await follow(other, other.getByRole("button", { name: "Log out" }));
	await logIn({ page: other }, "moderator", password);
	equal(await send(page, "Publish"), 403, "other account: a form of the session before is refused");
	equal(await page.locator("main textarea[name=body]").inputValue(), "Mine.", "other account: with its text still there");
	await send(page, "Send it again");
	equal(await page.locator(".writer b").textContent(), "moderator", "other account: sent again knowingly, it is published");
	await leave(visitor, "resume, other account");
};

export default async () => {
	await lostPost(true);
	await lostPost(false);
	await lostComment();
	await otherAccount();
};
