/* The three lists: paged through from end to end, and as a reader clicks. */
import { check, equal, none } from "./tap.js";
import { follow, leave, visit } from "./visitor.js";

/* The posts of a page, in their order, and the address of the next one. */
const read = (html) => ({
	posts: [...html.matchAll(/<h2><a href="\/posts\/(\d+)"/g)].map((m) => m[1]),
	next: html.match(/rel="next" href="([^"]+)"/)?.[1].replaceAll("&amp;", "&"),
});

const readAll = async (request, start) => {
	const posts = [];
	let pages = 0;

	for (let address = start; address && pages < 1000; pages++) {
		const page = read(await (await request.get(address)).text());

		posts.push(...page.posts);
		address = page.next;
	}
	return posts;
};

/* The site map names each post: written by another binary from another statement. */
const siteMap = async (request) => {
	const posts = [];

	for (let after = "0"; after !== undefined;) {
		const text = await (await request.get(`/sitemap.xml?after=${after}`)).text();
		const some = [...text.matchAll(/\/posts\/(\d+)</g)].map((m) => m[1]);

		posts.push(...some);
		after = some.length >= 1000 ? some.at(-1) : undefined;
	}
	return posts;
};

const repeated = (list) => list.filter((one, at) => list.indexOf(one) !== at);
const missing = (all, list) => {
	const known = new Set(list);

	return all.filter((one) => !known.has(one));
};

const everything = async () => {
	const { context } = await visit({ js: false });
	const all = await siteMap(context.request);
	const newest = await readAll(context.request, "/?sort=new");
	const hot = await readAll(context.request, "/");
	const featured = await readAll(context.request, "/?sort=featured");

	check(all.length >= 2000, "lists: there is something to page through", all.length);
	for (const [name, list] of Object.entries({ new: newest, hot })) {
		none(repeated(list), `lists, ${name}: nothing is shown twice`);
		none(missing(all, list), `lists, ${name}: nothing is missing`);
		none(missing(list, all), `lists, ${name}: nothing is shown that is not there`);
	}
	none(repeated(featured), "lists, featured: nothing is shown twice");
	check(featured.length > 0 && featured.length < all.length, "lists, featured: some posts, not all", featured.length);
	equal(newest.filter((id) => !newest.slice(0, 20).includes(id)).every((id, at, rest) => !at || BigInt(id) < BigInt(rest[at - 1])),
		true, "lists, new: the newest first");
	await context.close();
};

const titles = (page) => page.locator(".rows h2 a").allTextContents();

const asReader = async (js) => {
	const how = js ? "with script" : "without script";
	const visitor = await visit({ js });
	const { page } = visitor;

	await page.goto("/");
	for (const name of ["New", "Featured", "Hot"]) {
		await follow(page, page.locator(".tabs").getByRole("link", { name }));
		equal(await page.locator(".tabs [aria-current=page]").textContent(), name, `${how}: ${name} is marked as the current list`);
		check((await titles(page)).length > 0, `${how}: ${name} lists posts`);
	}
	const first = await titles(page);

	await follow(page, "[rel=next]");
	const second = await titles(page);

	equal(second.length, 10, `${how}: ten posts a page`);
	await follow(page, page.getByRole("link", { name: "First page" }));
	equal(await titles(page), first, `${how}: the first page again`);
	const title = await page.locator(".rows h2 a").first().textContent();

	await follow(page, page.locator(".rows h2 a").first());
	equal(await page.locator("h1").textContent(), title, `${how}: a title leads to its article`);
	await leave(visitor, `lists, ${how}`);
};

export default async () => {
	await everything();
	await asReader(true);
	await asReader(false);
};
