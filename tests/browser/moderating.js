/* What a moderator does to other people's posts and comments, and what a member cannot. */
import { check, equal, none } from "./tap.js";
import { faultsOf, follow, leave, publish, send, until, visit, withoutBrowserChecks } from "./visitor.js";

const tool = (page, name) => page.locator(".tools").getByText(name, { exact: true });

const marks = async (moderator, member, address) => {
	const { page } = moderator;

	await member.page.goto(address);
	equal((await member.page.locator(".tools").textContent()).trim().split(/\s+/), ["Edit", "Delete"], "a member sees no moderator's tools");
	for (const [on, badge, off] of [["Pin", "Pinned", "Unpin"], ["Feature", "Featured", "Take off featured"]]) {
		await page.goto(address);
		await follow(page, tool(page, on));
		equal(await page.locator(".writer .badge").textContent(), badge, `${on}: the article says so`);
		await page.goto(on === "Pin" ? "/" : "/?sort=featured");
		check(await page.locator(".rows > li", { has: page.locator(`a[href="${address}"]`) }).getByText(badge).isVisible(),
			`${on}: it stands in the list with its mark`);
		await page.goto(address);
		await follow(page, tool(page, off));
		equal(await page.locator(".writer .badge").count(), 0, `${off}: taken back`);
	}
};

const reason = async ({ page }, what, address) => {
	for (const [fault, text] of [["no reason", ""], ["a reason that is too long", "r".repeat(501)]]) {
		await page.goto(`${address}/delete`);
		await withoutBrowserChecks(page);
		await page.locator("#reason").evaluate((field, value) => {
			field.removeAttribute("maxlength");
			field.value = value;
		}, text);
		equal(await send(page, "Delete"), 422, `delete ${what}, ${fault}: 422`);
		none(await faultsOf(page, "#reason", text), `delete ${what}, ${fault}: said at the field`);
	}
	equal((await page.goto(address)).status(), 200, `delete ${what}: nothing was deleted`);
	await page.goto(`${address}/delete`);
	await page.fill("#reason", "Advertising");
	equal(await send(page, "Delete"), 200, `delete ${what}, with a reason: done`);
};

/* As guests have it, from nginx: kept for a second. */
const isInFeed = async ({ context }, address) => (await (await context.request.get("/feed.atom")).text()).includes(`${address}"`);

export default async () => {
	const guest = await visit({ js: false });
	const moderator = await visit({ as: "moderator" });
	const member = await visit({ as: "member" });
	const address = await publish(member, "For the moderators", "A post of a member.");

	await member.page.fill("#reply", "A comment of a member");
	await send(member.page, "Send");
	const comment = `/comments/${await member.page.locator(".cs li").evaluate((li) => li.id.slice(1))}`;

	await marks(moderator, member, address);
	await reason(moderator, "a comment", comment);
	equal((await member.page.goto(comment)).status(), 404, "delete a comment: it is gone for its writer");
	check(await isInFeed(guest, address), "delete a post: it was in the guests' feed");
	await reason(moderator, "a post", address);
	equal((await member.page.goto(address)).status(), 404, "delete a post: it is gone for its writer");
	check(await until(async () => !await isInFeed(guest, address)), "delete a post: it is gone from the guests' feed");
	await guest.context.close();
	await leave(moderator, "moderating, moderator");
	await leave(member, "moderating, member");
};
