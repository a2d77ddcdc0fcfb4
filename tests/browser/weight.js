/* What pages weigh: bytes that travel, and bytes that are built. */
import { gzipSync } from "node:zlib";

import { check } from "./tap.js";
import { visit } from "./visitor.js";

const most = (bytes, limit, text) => check(bytes <= limit, `${text}: ${bytes} bytes, at most ${limit}`);

const fetchText = async ({ context }, address) => (await context.request.get(address)).text();
const size = (text) => Buffer.byteLength(text);

/* What a comment weighs with all around it, on a page of some; the rest of that page. */
const read = (html) => {
	const [before, ...comments] = html.split('<li id="c');
	const after = comments.pop() || "";

	return { bytes: size(html), count: comments.length + 1, rest: size(before + after), each: size(comments.join('<li id="c')) / comments.length };
};

const articles = async (visitor) => {
	const found = [];

	for (let address = "/"; address && found.length < 40;) {
		const html = await fetchText(visitor, address);

		for (const [, href] of html.matchAll(/<h2><a href="(\/posts\/\d+)"/g))
			found.push(read(await fetchText(visitor, href)));
		address = html.match(/rel="next" href="([^"]+)"/)?.[1].replaceAll("&amp;", "&");
	}
	return found;
};

export default async () => {
	const guest = await visit();
	const front = await fetchText(guest, "/");
	const style = await fetchText(guest, front.match(/\/assets\/site\.css[^"]*/)[0]);
	const script = await fetchText(guest, front.match(/\/assets\/site\.js[^"]*/)[0]);

	most(gzipSync(front).length + gzipSync(style).length, 14 * 1024, "front page and style sheet, compressed");
	most(size(script), 20 * 1024, "the script");
	const member = await visit({ as: "member" });

	most(size(await fetchText(member, "/")), 25000, "a member's list");
	const found = await articles(member);
	const near = found.filter((one) => one.count >= 15 && one.count <= 20);
	const busiest = found.reduce((a, b) => (a.count > b.count ? a : b));

	check(near.length > 0 && busiest.count > 20, "there are articles with comments to weigh", `${near.length} ${busiest.count}`);
	most(Math.max(...near.map((one) => one.bytes)), 30000, "a member's article with up to 20 comments");
	most(Math.round(busiest.rest + 200 * busiest.each), 90000, "a member's article with 200 comments like those of the busiest");
	await guest.context.close();
	await member.context.close();
};
