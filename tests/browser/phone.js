/* On a phone: nothing scrolls sideways, and what is to be touched is large enough. */
import { none } from "./tap.js";
import { leave } from "./visitor.js";
import { everywhere } from "./places.js";

/* How far the page is wider than the screen, and who sticks out. */
const overflow = (page) => page.evaluate(() => {
	const width = document.documentElement.clientWidth;

	if (document.documentElement.scrollWidth <= width)
		return [];
	return [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > width + 1)
		.map((one) => `${one.tagName}.${one.className} ${Math.round(one.getBoundingClientRect().right)}`).slice(0, 5);
});

/*
 * A finger needs 44 pixels; a link among words has 24, or lines of text would be that far apart. What counts is what
 * is hit, so the points at that distance above and below the middle are asked whose they are.
 */
const tooSmall = (page) => page.evaluate(() => {
	const isInline = (one) => getComputedStyle(one).display === "inline";
	const isAmongWords = (one) => {
		let block = one;

		while (isInline(block))
			block = block.parentElement;
		return isInline(one) && block.textContent.trim() !== one.textContent.trim();
	};
	const small = [];

	for (const one of document.querySelectorAll("a[href], button, input:not([type=hidden]), textarea, summary")) {
		if (one.disabled || !one.checkVisibility() || one.closest(".md, .prose, pre, .skip"))
			continue;
		one.scrollIntoView({ block: "center" });
		const box = (one.closest("label") || one).getClientRects()[0];
		const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
		const half = (isAmongWords(one) ? 24 : 44) / 2 - 1;
		const isHit = (dy) => {
			const there = document.elementFromPoint(x, y + dy);

			return there && (one.contains(there) || there.closest("label")?.control === one);
		};

		/* The open menu lies over what is below it. */
		if (document.elementFromPoint(x, y)?.closest(".menu .card") && !one.closest(".menu"))
			continue;
		if (!isHit(-half) || !isHit(half) || box.width < 24)
			small.push(`${one.tagName} "${(one.textContent || one.name).trim().slice(0, 24)}" ${Math.round(box.width)} x ${Math.round(box.height)}`);
	}
	scrollTo(0, 0);
	return small;
});

export default async () => {
	const visitors = await everywhere({ width: 320, height: 640 }, async (page, name) => {
		none(await overflow(page), `320 pixels, ${name}: nothing scrolls sideways`);
		await page.setViewportSize({ width: 360, height: 740 });
		none(await tooSmall(page), `phone, ${name}: what is touched is large enough`);
		await page.setViewportSize({ width: 320, height: 640 });
	});

	for (const visitor of visitors)
		await leave(visitor, "phone");
};
