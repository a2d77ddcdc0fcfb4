/* Every page: accessible by the rules of axe, in light and in dark, and with a head that says what it is. */
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

import { check, none } from "./tap.js";
import { leave } from "./visitor.js";
import { everywhere } from "./places.js";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds in a page. It comes in beside the page, not as a part of it: the page's policy would refuse it. */
export const axe = async (page, options) => {
	if (!await page.evaluate(() => "axe" in window))
		await page.evaluate(axeSource);
	const { violations } = await page.evaluate((given) => window.axe.run(document, given), options);

	return violations.flatMap(({ id, help, nodes }) =>
		nodes.slice(0, 3).map((node) => `${id}: ${help}: ${node.target.join(" ")}: ${node.html.slice(0, 160)}`));
};

const head = async (page) => {
	const seen = await page.evaluate(() => ({
		lang: document.documentElement.lang,
		title: document.title,
		description: document.querySelector("meta[name=description]")?.content,
		isHidden: !!document.querySelector("meta[name=robots][content=noindex]"),
		headings: document.querySelectorAll("h1").length,
		landmarks: ["header", "nav", "main", "footer"].filter((name) => !document.querySelector(name)),
		times: [...document.querySelectorAll("time")].filter((t) => Number.isNaN(Date.parse(t.dateTime))).length,
	}));
	const faults = [...seen.landmarks.map((name) => `no ${name}`)];

	if (!/^(en|zh-CN)$/.test(seen.lang))
		faults.push(`language ${seen.lang}`);
	if (!/^\S.* · Plaza$/.test(seen.title))
		faults.push(`title ${seen.title}`);
	/* Pages that are not to be found need not be described. */
	if (!seen.isHidden && !(seen.description?.length > 15))
		faults.push(`description ${seen.description}`);
	if (seen.headings !== 1)
		faults.push(`${seen.headings} h1`);
	if (seen.times)
		faults.push(`${seen.times} times that no program can read`);
	return { faults, title: seen.title };
};

/* A time that goes on in another line, and the head of a column broken within a word, are hard to read. */
const broken = (page) => page.evaluate(() => [...document.querySelectorAll("time, thead th")].flatMap((part) => {
	const texts = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
	const found = [];

	while (texts.nextNode()) {
		const { data } = texts.currentNode;

		for (const piece of data.matchAll(part.matches("time") ? /.+/g : /\S+/g)) {
			const range = document.createRange();

			range.setStart(texts.currentNode, piece.index);
			range.setEnd(texts.currentNode, piece.index + piece[0].length);
			if (new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size > 1)
				found.push(piece[0]);
		}
	}
	return found;
}));

export default async () => {
	const titles = new Set();
	const visitors = await everywhere({}, async (page, name) => {
		const { faults, title } = await head(page);

		none(faults, `${name}: language, title, description, landmarks, one h1, times`);
		none(await axe(page, {}), `${name}: no violation of axe's rules`);
		await page.emulateMedia({ colorScheme: "dark" });
		none(await axe(page, { runOnly: ["color-contrast", "link-in-text-block"] }), `${name}: enough contrast in the dark`);
		await page.emulateMedia({ colorScheme: "light" });
		await page.setViewportSize({ width: 360, height: 740 });
		none(await axe(page, { runOnly: ["scrollable-region-focusable"] }), `${name}: what scrolls on a phone is in reach of keys`);
		await page.setViewportSize({ width: 320, height: 640 });
		none(await broken(page), `${name}: no time and no head of a column is broken on a small phone`);
		await page.setViewportSize({ width: 1280, height: 900 });
		titles.add(title);
	});

	check(titles.size >= 20, "titles tell the pages apart", titles.size);
	for (const visitor of visitors)
		await leave(visitor, "pages");
};
