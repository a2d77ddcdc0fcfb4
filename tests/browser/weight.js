/* What pages weigh: bytes that travel, and bytes that are built. */
import { gzipSync } from "node:zlib";

import { check } from "./tap.js";
import { visit } from "./visitor.js";

const most = (bytes, limit, text) => check(bytes <= limit, `${text}: ${bytes} bytes, at most ${limit}`);

const fetchText = async ({ context }, address) => (await context.request.get(address)).text();
const size = (text) => Buffer.byteLength(text);

/* The article with the most comments on its first page, and one with about twenty. */
const articles = async (visitor) => {
	const found = [];

	for (let address = "/"; address && found.length < 60;) {
		const html = await fetchText(visitor, address);

		for (const [, href] of html.matchAll(/<h2><a href="(\/posts\/\d+)"/g)) {
			const article = await fetchText(visitor, href);

			found.push({ bytes: size(article), comments: article.split('<li id="c').length - 1 });
		}
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
	const near = found.filter((one) => one.comments >= 15 && one.comments <= 20);
	const heaviest = found.reduce((a, b) => (a.bytes > b.bytes ? a : b));

	check(near.length > 0, "there are articles with about twenty comments to weigh");
	most(Math.max(...near.map((one) => one.bytes)), 30000, "a member's article with up to 20 comments");
	most(heaviest.bytes, 90000, `the heaviest article seen, ${heaviest.comments} comments shown`);
	await guest.context.close();
	await member.context.close();
};
